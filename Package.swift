// swift-tools-version: 6.0
import PackageDescription

// The targets stand in the order in which data flows through them; each may import only those above it.
// ARCHITECTURE.md says in one line what lives in each.

let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6)
]

func library(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> [Target] {
  [
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings)
  ]
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = [], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: swiftSettings)
}

let package = Package(
  name: "energy",
  products: [
    .executable(name: "energy", targets: ["energy"]),
    .library(name: "EnergyDriver", targets: ["EnergyDriver", "EnergyText"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // System libraries and the lane kernels in C.
    .systemLibrary(name: "COpenBLAS"),
    .systemLibrary(name: "CReadline"),
    .systemLibrary(name: "CSleef"),
    .systemLibrary(name: "CZlib"),
    .target(
      name: "CEnergyKernels",
      dependencies: ["CSleef"],
      linkerSettings: [.linkedLibrary("sleef"), .linkedLibrary("m")]),
  ]
    + library("EnergyText", [])
    + library("EnergySyntax", ["EnergyText"])
    + library("EnergyIR", ["EnergyText"])
    + library("EnergyBuiltins", ["EnergyIR"])
    + library(
      "EnergySemantics", ["EnergyText", "EnergySyntax", "EnergyIR", "EnergyBuiltins"],
      resources: [.embedInCode("StandardLibrary")])
    + library("EnergyTransforms", ["EnergyIR", "EnergyBuiltins"])
    + library("EnergyLowering", ["EnergyIR", "EnergyBuiltins"])
    + library("EnergyCPU", ["EnergyIR", "EnergyBuiltins", "EnergyLowering", "CEnergyKernels", "COpenBLAS"])
    + library("EnergyCodegen", ["EnergyIR", "EnergyBuiltins", "EnergyLowering"])
    + library("EnergyData", ["EnergyText", "CZlib"])
    + library(
      "EnergyDriver",
      [
        "EnergyText", "EnergySyntax", "EnergyIR", "EnergyBuiltins", "EnergySemantics", "EnergyTransforms",
        "EnergyLowering", "EnergyCPU", "EnergyCodegen", "EnergyData",
      ])
    + library("EnergyPlots", ["EnergyText", "EnergyIR", "EnergySemantics", "EnergyData", "EnergyDriver"])
    + library(
      "EnergyREPL", ["EnergyText", "EnergySyntax", "EnergySemantics", "EnergyData", "EnergyDriver", "CReadline"])
    + [
      .executableTarget(
        name: "energy",
        dependencies: [
          "EnergyDriver", "EnergyCodegen", "EnergyPlots", "EnergyREPL",
          .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ],
        swiftSettings: swiftSettings)
    ]
    + [
      tests("EnergyTextTests", ["EnergyText"]),
      tests("EnergySyntaxTests", ["EnergySyntax"]),
      tests("EnergyIRTests", ["EnergyIR"]),
      tests("EnergyBuiltinsTests", ["EnergyBuiltins"], resources: [.copy("Resources")]),
      tests("EnergySemanticsTests", ["EnergySemantics"]),
      tests("EnergyTransformsTests", ["EnergyTransforms", "EnergyLowering"]),
      tests("EnergyLoweringTests", ["EnergyLowering", "EnergyTransforms"]),
      tests("EnergyCPUTests", ["EnergyCPU", "CEnergyKernels"]),
      tests("EnergyCodegenTests", ["EnergyCodegen"]),
      tests("EnergyDataTests", ["EnergyData"]),
      tests("EnergyDriverTests", ["EnergyDriver", "EnergyCodegen"]),
      tests("EnergyPlotsTests", ["EnergyPlots"], exclude: ["Expected"]),
      tests("EnergyREPLTests", ["EnergyREPL"]),
      tests(
        "CommandLineTests",
        [
          "EnergySyntax", "EnergyIR", "EnergyBuiltins", "EnergySemantics", "EnergyDriver", "EnergyPlots", "EnergyREPL",
          "energy",
        ]),
    ]
)
