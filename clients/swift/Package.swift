// swift-tools-version: 6.0
// The Swift client of Parley: types from the contract, a session that resumes, the transcript.

import PackageDescription

let package = Package(
    name: "Parley",
    platforms: [.macOS(.v13), .iOS(.v16)],
    products: [
        .library(name: "Parley", targets: ["Parley"]),
        .executable(name: "parley-chat", targets: ["parley-chat"]),
    ],
    targets: [
        .target(name: "Parley"),
        .executableTarget(name: "parley-chat", dependencies: ["Parley"]),
        .testTarget(name: "ParleyTests", dependencies: ["Parley"]),
    ]
)
