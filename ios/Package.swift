// swift-tools-version: 6.0
// MestoKit: the async facade and the observable models over the generated bindings.
//
// Sources/MestoCore and Sources/MestoFFI are links to target/bindings/swift, written by
// `cargo xtask bindings`.
import Foundation
import PackageDescription

let environment = ProcessInfo.processInfo.environment
let libraries = environment["MESTO_LIB_DIR"] ?? "\(Context.packageDirectory)/../target/debug"

let package = Package(
    name: "Mesto",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [.library(name: "MestoKit", targets: ["MestoKit"])],
    targets: [
        .systemLibrary(name: "MestoFFI"),
        .target(
            name: "MestoCore",
            dependencies: ["MestoFFI"],
            linkerSettings: [
                .linkedLibrary("mesto_bindings"),
                .unsafeFlags(["-L\(libraries)", "-Xlinker", "-rpath", "-Xlinker", libraries]),
            ]
        ),
        .target(
            name: "MestoKit",
            dependencies: ["MestoCore"],
            linkerSettings: [
                // libswiftObservation of Swift 6.0 for Linux names a symbol that no library has;
                // nothing calls it.
                .unsafeFlags(["-Xlinker", "--allow-shlib-undefined"], .when(platforms: [.linux])),
            ]
        ),
        .testTarget(name: "MestoKitTests", dependencies: ["MestoKit"]),
    ]
)
