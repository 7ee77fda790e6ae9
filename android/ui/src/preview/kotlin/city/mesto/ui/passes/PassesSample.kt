// Passes and benefits of Almaty, for previews and for pictures.

package city.mesto.ui.passes

import city.mesto.ui.PriceLine
import city.mesto.ui.Refusal
import city.mesto.ui.Sample
import city.mesto.ui.passes.list.PassView
import java.time.LocalDate

class PassesSample(language: String) : Sample(language) {
    val monthly = say("Mesečna pretplatna karta", "Monthly pass", "Айлық жол жүру билеті", "Месячный проездной")
    val adult = say("Odrasli", "Adult", "Ересек", "Взрослый")
    val student = say("Student", "Student", "Студент", "Студент")
    val today: LocalDate = LocalDate.of(2025, 9, 3)
    val lastDay: LocalDate = LocalDate.of(2025, 10, 2)

    val held = PassView("ps1", monthly, student, today.minusDays(28), today.plusDays(1), kzt("4200"), endsSoonAt = after(60 * 36))
    val coming = PassView("ps2", monthly, student, today.plusDays(2), lastDay.plusDays(2), kzt("4200"))
    val back = PassView("ps3", monthly, adult, today.minusDays(90), today.minusDays(61), kzt("9900"), state = say("Vraćena", "Given back", "Қайтарылды", "Возвращён"))

    val line = PriceLine(say("Pretplatna karta", "Pass", "Жол жүру билеті", "Проездной"), kzt("9900"))

    val notRefundable = Refusal(
        "pass_not_refundable",
        say("Ova pretplatna karta se više ne vraća.", "This pass is not given back any more.", "Бұл билет енді қайтарылмайды.", "Этот проездной больше не возвращается."),
        say("Može se vratiti pre prvog dana, ako grad tako kaže.", "A pass can be given back before its first day, where the city says so.", "Қала рұқсат етсе, билетті бірінші күніне дейін қайтаруға болады.", "Проездной можно вернуть до его первого дня, если город это разрешает."),
    )
    val notThatDay = Refusal(
        "out_of_range",
        say("Ova vrednost je van opsega.", "This value is out of range.", "Бұл мән шектен тыс.", "Это значение вне допустимого."),
        say("Izaberite drugi dan.", "Choose another day.", "Басқа күнді таңдаңыз.", "Выберите другой день."),
    )
}
