// The observable model behind the screen of daily orders: no view, no clock of its own, testable
// anywhere.
import Foundation
import Observation

/// A daily order and its payment: one that the account shows by itself, or one by the number on its
/// slip.
@MainActor @Observable
public final class OrderPaymentModel: PaymentModel {
    /// What was typed from the slip; spaces and dashes are nothing.
    public var number = ""
    /// The order that is meant.
    public private(set) var order: Order?

    public override init(_ mesto: Mesto) { super.init(mesto) }

    /// An order of `OrdersState`.
    public func take(_ order: Order) async {
        await choose { { self.order = order } }
    }

    /// Takes the order whose number was typed. What is wrong with it is the phase; the order before
    /// stays.
    public func find() async {
        await choose {
            do {
                let found = try await self.mesto.orders.bySlip(self.number)
                return { self.order = found }
            } catch {
                return { self.fail(error) }
            }
        }
    }

    /// Asks what is to be paid for it now, the discount off. Without an order nothing is asked.
    public func quote(pay: PayMethod = .deposit) async {
        guard let order else { return }
        await ask { try await self.mesto.orders.quote(order.id, pay: pay) }
    }
}
