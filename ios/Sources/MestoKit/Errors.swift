// How an error of the core reads in Swift.
import Foundation
@_exported import MestoCore

extension MestoError: LocalizedError {
    public var errorDescription: String? { description }
}
