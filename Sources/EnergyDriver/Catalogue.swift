import EnergyText

extension Explanations {
  static var codes: [String] { [] }
  static func entry(_ name: String) -> String? { nil }
}
