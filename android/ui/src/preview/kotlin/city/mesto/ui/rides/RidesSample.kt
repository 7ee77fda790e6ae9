// A ride on route 92 in Almaty, for previews and for pictures.

package city.mesto.ui.rides

import city.mesto.ui.PriceLine
import city.mesto.ui.Refusal
import city.mesto.ui.Sample

class RidesSample(language: String) : Sample(language) {
    val bus = RideView(
        route = say("Autobus 92", "Bus 92", "92 Автобус", "Автобус 92"),
        to = say("Ka: Avenija Al-Farabi", "Towards Al-Farabi Avenue", "Бағыты: Әл-Фараби даңғылы", "В сторону: Проспект Аль-Фараби"),
        vehicle = say("Vozilo 1204", "Vehicle 1204", "1204 борт", "Борт 1204"),
        plate = "123 ABC 02",
        carrier = say("Almatyelectrotrans", "Almatyelectrotrans", "Алматыэлектротранс", "Алматыэлектротранс"),
    )

    val tram = bus.copy(
        route = say("Trolejbus 11", "Trolleybus 11", "11 Троллейбус", "Троллейбус 11"),
        to = say("Ka: Centar, kružna", "Towards City centre ring", "Бағыты: Орталық айналма", "В сторону: Центр, кольцевой"),
        vehicle = say("Vozilo 2031", "Vehicle 2031", "2031 борт", "Борт 2031"),
        plate = null,
    )

    val unknown = bus.copy(route = null, to = null)

    fun persons(count: Int, amount: String) = PriceLine(
        when (count) {
            1 -> say("Jedna osoba", "One person", "1 жолаушы, әрқайсысы 120 ₸", "1 пассажир по 120 ₸")
            else -> say("$count osobe po 120 ₸", "$count persons at 120 ₸", "$count жолаушы, әрқайсысы 120 ₸", "$count пассажира по 120 ₸")
        },
        kzt(amount),
    )

    val registered = say("Registrovana", "Registered", "Тіркелген", "Зарегистрирована")
    val disputed = say("Proverava se", "Being looked into", "Тексеріліп жатыр", "Разбираемся")
    val voided = say("Poništena, novac je vraćen", "Voided, the money was given back", "Күші жойылды, ақша қайтарылды", "Отменена, деньги возвращены")

    val notACode = Refusal(
        "not_a_ride_code",
        say("Ovo nije kod vožnje; vodi na pay.example.top.", "This is not a ride code; it leads to pay.example.top.", "Бұл сапар коды емес; ол pay.example.top сайтына апарады.", "Это не код поездки; он ведёт на pay.example.top."),
        say(
            "Ništa nije otvoreno i ništa nije naplaćeno. Skenirajte znak u vozilu ili unesite broj.",
            "Nothing was opened and nothing was charged. Scan the sign of the vehicle or the display of its terminal, or type the number.",
            "Ештеңе ашылған жоқ, ақша алынған жоқ. Салондағы немесе терминал экранындағы кодты сканерлеңіз не нөмірді теріңіз.",
            "Ничего не открыто и не списано. Отсканируйте код в салоне или на экране терминала или введите номер.",
        ),
    )
    val closed = Refusal(
        "payment_closed_in_control",
        say("Vozilo je pod kontrolom; do 10:10 se u njemu ništa ne prodaje.", "This vehicle is being controlled; nothing is sold in it until 10:10.", "Бақылау жүріп жатыр: 10:10 болғанша бұл көлікте төлем жабық.", "Идёт контроль: до 10:10 оплата в этом транспорте закрыта."),
        say("Ništa nije naplaćeno. Obratite se kontroloru.", "Nothing was charged. Speak to the controller.", "Ақша алынған жоқ. Бақылаушыға айтыңыз.", "Ничего не списано. Обратитесь к контролёру."),
    )
    val notChecked = Refusal(
        "ride_not_checked",
        say("Nema veze, pa vožnja nije proverena. Ništa nije naplaćeno.", "There is no connection, so the ride could not be checked. Nothing was charged.", "Байланыс жоқ, сапар тексерілмеді. Ақша алынған жоқ.", "Нет связи, поездку не удалось проверить. Ничего не списано."),
        say("Platite karticom za prevoz ili kondukteru.", "Pay with a transport card or to the conductor, or try again where there is a signal.", "Көлік картасымен немесе кондукторға төлеңіз не сигнал бар жерде қайталаңыз.", "Заплатите транспортной картой или кондуктору или повторите там, где есть сигнал."),
    )
    val unknownVehicle = Refusal(
        "ride_vehicle_unknown",
        say("Nema vozila sa tim brojem.", "No vehicle has this number.", "Мұндай нөмірлі көлік жоқ.", "Транспорта с таким номером нет."),
        say("Uporedite ga sa brojem na tabli.", "Compare it with the number on the board inside, or with the number plate.", "Салондағы борт нөмірімен немесе мемлекеттік нөмірмен салыстырыңыз.", "Сравните с бортовым номером в салоне или с госномером."),
    )
    val tooLate = Refusal(
        "ride_over",
        say("Ova vožnja je gotova.", "This ride is over.", "Бұл сапар аяқталды.", "Эта поездка закончилась."),
        say("Pišite podršci.", "Write to support.", "Қолдау қызметіне жазыңыз.", "Напишите в поддержку."),
    )
}
