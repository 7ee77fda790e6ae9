// From the core's words of transport cards to what their screens show.

package city.mesto.ui.cards

import city.mesto.sdk.MestoClient
import city.mesto.sdk.Texts
import city.mesto.sdk.cards.cards
import city.mesto.sdk.core.Card
import city.mesto.sdk.core.CardState
import city.mesto.sdk.core.CardTariff
import city.mesto.sdk.core.CardTrouble
import city.mesto.ui.fromcore.price

internal suspend fun MestoClient.cardView(card: Card): CardView {
    val notes = cards.notes(card)
    return CardView(
        id = card.id.value,
        number = card.numberMasked,
        kind = notes.kind,
        tariff = card.tariff.text(texts),
        state = card.stateText(texts),
        isActive = card.state == CardState.Active,
        balance = card.balance.amount.price(),
        balanceAt = card.balance.at,
        reaches = notes.rides?.let { texts.cardsRidesLeft(it.toLong()) },
        isLow = notes.isLow,
        waiting = notes.waiting?.let { WaitingView(it.price(), notes.holdUntil) },
        notes = listOfNotNull(
            card.stateNote(texts),
            texts.cardsDefectiveNow().takeIf { card.isDefective }?.let { CardNote(CardTrouble.Defective.text(texts), it, isTrouble = false) },
            texts.cardsInactive().takeIf { notes.isInactive }?.let { CardNote(it, null, isTrouble = false) },
        ),
    )
}

private fun Card.stateText(texts: Texts): String {
    val state = when (state) {
        CardState.Active -> texts.cardStateActive()
        CardState.Blocked -> texts.cardStateBlocked()
        CardState.Replaced -> texts.cardStateReplaced()
        is CardState.Other -> texts.cardStateOther()
    }
    return blockedFor?.let { texts.cardsStateWhy(state = state, trouble = it.text(texts)) } ?: state
}

/** A card that does not ride says what to do, and where. */
private fun Card.stateNote(texts: Texts): CardNote? = when (state) {
    CardState.Blocked -> CardNote(stateText(texts), if (isOfRider) texts.cardsBlockedNow() else texts.cardsStoppedWhy(), isTrouble = true)
    CardState.Replaced -> CardNote(stateText(texts), texts.cardsReplacedWhy(), isTrouble = true)
    CardState.Active, is CardState.Other -> null
}

private val Card.isOfRider: Boolean get() = blockedFor == CardTrouble.Lost || blockedFor == CardTrouble.Stolen

private fun CardTrouble.text(texts: Texts): String = when (this) {
    CardTrouble.Lost -> texts.cardTroubleLost()
    CardTrouble.Stolen -> texts.cardTroubleStolen()
    CardTrouble.Defective -> texts.cardTroubleDefective()
    CardTrouble.Stopped -> texts.cardTroubleStopped()
    is CardTrouble.Other -> texts.cardTroubleOther()
}

private fun CardTariff.text(texts: Texts): String = when (this) {
    CardTariff.Standard -> texts.cardTariffStandard()
    CardTariff.Benefit -> texts.cardTariffBenefit()
    is CardTariff.Other -> texts.cardTariffOther()
}
