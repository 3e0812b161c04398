/// A graphics card with the limits that a kernel's time is measured against.
struct GPU: Sendable {
  /// The name as its maker has it.
  let name: String
  /// Bytes a second that its memory moves.
  let bandwidth: Double
  /// Operations a second in single precision, a multiply-add as two.
  let single: Double
  /// The same in double precision.
  let double: Double

  /// From NVIDIA's data sheets: H100 SXM5 80 GB (2023), A100 SXM4 80 GB (2021), L4 (2023), and the Ada GPU architecture
  /// whitepaper for the RTX 4090 (2022, appendix A). Boost clocks, no tensor cores.
  static let all: [GPU] = [
    GPU(name: "H100 SXM", bandwidth: 3.35e12, single: 66.9e12, double: 33.5e12),
    GPU(name: "A100 SXM 80 GB", bandwidth: 2.039e12, single: 19.5e12, double: 9.7e12),
    GPU(name: "RTX 4090", bandwidth: 1.008e12, single: 82.6e12, double: 1.29e12),
    GPU(name: "L4", bandwidth: 0.3e12, single: 30.3e12, double: 0.473e12),
  ]
}
