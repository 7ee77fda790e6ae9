## Что может пойти не так

error-vehicle_missing = Этой машины нет в вашей учётной записи.
    .advice = Добавьте её и повторите.
error-plate_empty = Номер машины не введён.
    .advice = Напишите его как { $example }.
    .plain-advice = Напишите его как на машине.
error-plate_too_short = Номер слишком короткий: { $length } зн., нужно не меньше { $min }.
    .advice = Напишите номер целиком, например { $example }.
    .plain = Номер слишком короткий.
    .plain-advice = Напишите номер целиком.
error-plate_too_long = Номер слишком длинный: { $length } зн., возможно не больше { $max }.
    .advice = Напишите только номер, например { $example }.
    .plain = Номер слишком длинный.
    .plain-advice = Напишите только номер.
error-plate_sign_not_allowed = Знака «{ $letter }» в номере не бывает.
    .advice = Пишите буквы и цифры, как в { $example }.
    .plain = В номере есть знак, которого не бывает.
    .plain-advice = Пишите только буквы и цифры.
error-plate_cyrillic = «{ $letter }» — буква кириллицы.
    .advice = Напишите номер латинскими буквами, как { $example }.
    .plain = В номере есть буква кириллицы.
    .plain-advice = Напишите номер латинскими буквами.
error-plate_no_digit = В номере есть хотя бы одна цифра.
    .advice = Напишите его как { $example }.
    .plain-advice = Напишите номер целиком.
error-plate_invalid = Такого номера город не знает.
    .advice = Напишите его как { $example }.
    .plain-advice = Напишите его как на машине.
error-vehicle_unknown = Этой машины нет в вашей учётной записи.
    .advice = Сначала добавьте её.
error-vehicle_exists = Этот номер уже есть в вашей учётной записи.
    .advice = Выберите его из своих машин.
error-too_many_vehicles = { $max ->
        [one] В учётной записи может быть { $max } машина.
        [few] В учётной записи могут быть { $max } машины.
       *[other] В учётной записи может быть { $max } машин.
    }
    .advice = Уберите ту, которой больше не пользуетесь.
    .plain = Больше машин в учётную запись не добавить.

## Слова и предложения

plate-warning-look_alike = «{ $typed }» — другая буква, похожая на { $read_as }; она прочитана как { $read_as }.
plate-warning-unusual_letter = Буква { $letter } почти не встречается в номерах. Посмотрите на свой ещё раз.
plate-warning-oh_or_zero = O или 0? С другим знаком был бы { $maybe }.
plate-warning-other = Об этом номере есть примечание, которое покажет только новая версия приложения.

## Экраны

plate-title = Ваша машина
plate-label = Госномер
plate-hint = 123 ABC 02
plate-check = Напишите точно как на машине. Билет на другой номер не действует.
plate-save = Сохранить машину
