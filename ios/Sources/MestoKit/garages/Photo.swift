// A photo in a form that the core reads.
import Foundation
#if canImport(ImageIO)
import ImageIO
#endif

/// A JPEG or PNG file as it is. Another one, such as an iPhone's HEIC, is written anew as JPEG
/// where the system opens it; else it stays, and the core says what is wrong with it.
func readable(_ photo: Data) -> Data {
    let isRead = [[0xff, 0xd8, 0xff], [0x89, 0x50, 0x4e, 0x47]].contains { photo.starts(with: $0) }
    #if canImport(ImageIO)
    // Bounded in points, and upright.
    let options: [CFString: Any] = [
        kCGImageSourceCreateThumbnailFromImageAlways: true, kCGImageSourceCreateThumbnailWithTransform: true,
        kCGImageSourceThumbnailMaxPixelSize: 4000,
    ]
    let jpeg = NSMutableData()
    guard !isRead, let source = CGImageSourceCreateWithData(photo as CFData, nil),
        let image = CGImageSourceCreateThumbnailAtIndex(source, 0, options as CFDictionary),
        let file = CGImageDestinationCreateWithData(jpeg, "public.jpeg" as CFString, 1, nil)
    else { return photo }
    CGImageDestinationAddImage(file, image, [kCGImageDestinationLossyCompressionQuality: 0.9] as CFDictionary)
    return CGImageDestinationFinalize(file) ? jpeg as Data : photo
    #else
    return photo
    #endif
}
