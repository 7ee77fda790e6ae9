// QR codes in frames of a camera.
import Foundation

/// Looks at the frames of one camera, one after the other: what it saw of a code that no single
/// frame shows is put together. It needs no client.
public actor FrameScanner {
    private let core: CodeScanner

    /// `budget` is how long a frame is looked at, 36 milliseconds where nil; more is for a picture
    /// that was picked.
    public init(budget: TimeInterval? = nil) throws { core = try CodeScanner(budget: budget) }

    /// The QR codes of a frame, or what the user can do so that one is read. Refused with
    /// `frame_invalid` where the numbers of the frame do not fit each other. What a code says is
    /// for the part that sells it (`rides.checkSign`): open nothing of it.
    public func scan(_ frame: ScanFrame) throws -> Scanned { try core.scan(frame: frame) }
}
