## Не болуы мүмкін

error-vehicle_missing = Бұл көлік тіркелгіңізде жоқ.
    .advice = Оны қосып, қайталап көріңіз.
error-plate_empty = Көлік нөмірі енгізілмеген.
    .advice = Оны былай жазыңыз: { $example }.
    .plain-advice = Оны көліктегідей жазыңыз.
error-plate_too_short = Нөмір тым қысқа: { $length } таңба, кемінде { $min } керек.
    .advice = Нөмірді толық жазыңыз, мысалы { $example }.
    .plain = Нөмір тым қысқа.
    .plain-advice = Нөмірді толық жазыңыз.
error-plate_too_long = Нөмір тым ұзын: { $length } таңба, ең көбі — { $max }.
    .advice = Тек нөмірді жазыңыз, мысалы { $example }.
    .plain = Нөмір тым ұзын.
    .plain-advice = Тек нөмірді жазыңыз.
error-plate_sign_not_allowed = Нөмірде «{ $letter }» таңбасы болмайды.
    .advice = Әріптер мен цифрларды жазыңыз, мысалы { $example }.
    .plain = Нөмірде болмайтын таңба бар.
    .plain-advice = Тек әріптер мен цифрларды жазыңыз.
error-plate_cyrillic = «{ $letter }» — кирилл әрпі.
    .advice = Нөмірді латын әріптерімен жазыңыз, мысалы { $example }.
    .plain = Нөмірде кирилл әрпі бар.
    .plain-advice = Нөмірді латын әріптерімен жазыңыз.
error-plate_no_digit = Нөмірде кемінде бір цифр болады.
    .advice = Оны былай жазыңыз: { $example }.
    .plain-advice = Нөмірді толық жазыңыз.
error-plate_invalid = Қала мұндай нөмірді білмейді.
    .advice = Оны былай жазыңыз: { $example }.
    .plain-advice = Оны көліктегідей жазыңыз.
error-vehicle_unknown = Бұл көлік тіркелгіңізде жоқ.
    .advice = Алдымен оны қосыңыз.
error-vehicle_exists = Бұл нөмір тіркелгіңізде бар.
    .advice = Оны көліктеріңіздің ішінен таңдаңыз.
error-too_many_vehicles = Тіркелгіде { $max } көлік болуы мүмкін.
    .advice = Енді пайдаланбайтын көлікті алып тастаңыз.
    .plain = Тіркелгіге тағы көлік сыймайды.

## Сөздер мен сөйлемдер

plate-warning-look_alike = «{ $typed }» — { $read_as } әрпіне ұқсас басқа әріп; ол { $read_as } деп оқылды.
plate-warning-unusual_letter = { $letter } әрпі нөмірлерде кездеспейді десе де болады. Нөміріңізді тағы қараңыз.
plate-warning-oh_or_zero = O ма, 0 ме? Екіншісі болса, { $maybe } болар еді.
plate-warning-other = Бұл нөмір туралы ескертуді қосымшаның жаңарақ нұсқасы ғана көрсете алады.

## Экрандар

plate-title = Көлігіңіз
plate-label = Көлік нөмірі
plate-hint = 123 ABC 02
plate-check = Дәл көліктегідей жазыңыз. Басқа нөмірге алынған билет жарамайды.
plate-save = Көлікті сақтау
