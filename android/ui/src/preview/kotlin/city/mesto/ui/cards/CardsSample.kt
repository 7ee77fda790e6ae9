// Transport cards of Almaty, for previews and for pictures.

package city.mesto.ui.cards

import city.mesto.ui.PriceLine
import city.mesto.ui.Refusal
import city.mesto.ui.Sample

class CardsSample(language: String) : Sample(language) {
    val standard = say("Standard", "Standard", "Стандартты", "Стандартная")
    val active = say("Važi", "Active", "Жарамды", "Действует")
    val lost = say("Blokirana: Izgubljena", "Blocked: Lost", "Бұғатталған: Жоғалған", "Заблокирована: Утеряна")

    val card = CardView(
        id = "cd1",
        number = "**** 0017",
        kind = standard,
        tariff = say("Standard", "Standard", "«Стандартты»", "«Стандартный»"),
        state = active,
        isActive = true,
        balance = kzt("1240"),
        balanceAt = after(-35),
        reaches = say("Dovoljno za 10 vožnji", "Enough for 10 rides", "10 сапарға жетеді", "Хватит на 10 поездок"),
        isLow = false,
        waiting = null,
        notes = emptyList(),
    )
    val waiting = card.copy(waiting = WaitingView(kzt("2000"), after(60 * 24 * 30)))
    val low = card.copy(
        id = "cd2",
        number = "**** 4402",
        balance = kzt("60"),
        balanceAt = after(-60 * 26),
        reaches = say("Nema dovoljno za vožnju", "Not enough for a ride", "Сапарға жетпейді", "На поездку не хватает"),
        isLow = true,
        notes = listOf(CardNote(say("Nije korišćena godinu dana. I dalje vozi, a vožnja je ponovo čini aktivnom.", "Not used for a year. It still rides, and a ride makes it active.", "Бір жыл пайдаланылмаған. Ол жарамды, сапар оны қайта белсенді етеді.", "Не использовалась год. Она действует, и поездка снова сделает её активной."), null, isTrouble = false)),
    )
    val office = say(
        "Blokirana. Dođite lično u kancelariju partnera, sa zahtevom, originalom ličnog dokumenta i drugom svojom karticom.",
        "Blocked. Come to the partner's office yourself, with an application, the original of an identity document and another card of yours.",
        "Бұғатталды. Серіктестің кеңсесіне өтінішпен, жеке куәліктің түпнұсқасымен және басқа картаңызбен өзіңіз келіңіз.",
        "Заблокирована. Придите в офис партнёра лично с заявлением, оригиналом удостоверения личности и другой своей картой.",
    )
    val blocked = card.copy(id = "cd3", number = "**** 9120", state = lost, isActive = false, notes = listOf(CardNote(lost, office, isTrouble = true)))

    val ontoCard = PriceLine(say("Na karticu **** 0017", "Onto card **** 0017", "**** 0017 картасына", "На карту **** 0017"), kzt("2000"))

    val tooMuch = Refusal(
        "card_top_up_too_much",
        say("Na karticu se odjednom uplaćuje najviše 10.000 ₸.", "At most 10,000 ₸ are put on a card at once.", "Картаға бір реткі толтыру — ең көбі 10 000 ₸.", "За один раз карта пополняется не более чем на 10 000 ₸."),
        say("Dopunite je više puta: ni broj dopuna ni stanje nisu ograničeni.", "Top it up several times: their number and the balance are not limited.", "Бірнеше рет толтырыңыз: олардың саны да, теңгерім де шектелмеген.", "Пополните несколько раз: ни их число, ни баланс не ограничены."),
    )
    val officeNeeded = Refusal(
        "card_office_needed",
        say("Kartica **** 9120 je izgubljena ili ukradena: ostalo se radi u kancelariji partnera.", "Card **** 9120 was lost or stolen: the rest is done at the partner's office.", "**** 9120 картасы жоғалған немесе ұрланған: қалғаны серіктестің кеңсесінде жасалады.", "Карта **** 9120 утеряна или украдена: остальное делается в офисе партнёра."),
        say("Dođite lično, sa zahtevom, originalom ličnog dokumenta i drugom karticom. Stanje prelazi na nju.", "Come yourself, with an application, the original of an identity document and the other card. The balance moves to that one.", "Өтінішпен, жеке куәліктің түпнұсқасымен және басқа картаңызбен өзіңіз келіңіз. Теңгерім сол картаға көшеді.", "Придите лично с заявлением, оригиналом удостоверения личности и другой картой. Баланс перейдёт на неё."),
    )
    val unknown = Refusal(
        "card_unknown",
        say("Nijedna kartica nema ovaj broj i ovaj kod.", "No card has this number and this code.", "Мұндай нөмірі мен коды бар карта жоқ.", "Карты с таким номером и кодом нет."),
        say("Uporedite oba sa karticom: broj ima od 8 do 20 cifara, kod stoji pored QR-a.", "Compare both with the card: the number has 8 to 20 digits, the code stands beside the QR.", "Екеуін де картамен салыстырыңыз: нөмірде 8-ден 20-ға дейін цифр бар, код QR жанында басылған.", "Сверьте оба с картой: в номере от 8 до 20 цифр, код напечатан рядом с QR."),
    )
}
