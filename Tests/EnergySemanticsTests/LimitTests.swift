import EnergyIR
import EnergySemantics
import EnergyText
import Testing

/// Nothing that can be typed crashes, hangs or overflows the stack.
@Suite struct LimitTests {
  @Test func flatSums() {
    let checked = Checked("let a = " + Array(repeating: "1", count: 100_000).joined(separator: "+") + "\na")
    #expect(checked.errors.isEmpty)
    #expect(checked.values.first.flatMap { checked.graph.constantValue($0.node) } == 100_000)
  }

  @Test func chainsOfDefinitions() {
    let lines = (0..<3_000).map { "let a\($0) = a\($0 + 1) + 1" }
    let checked = Checked(lines.joined(separator: "\n") + "\nlet a3000 = 1.5\na0")
    #expect(checked.errors.isEmpty)
  }

  @Test func callsThatDouble() {
    var lines = ["fn f0(x) = x"]
    for level in 1..<40 { lines.append("fn f\(level)(x) = f\(level - 1)(x + 1) + f\(level - 1)(x*x)") }
    let checked = Checked(lines.joined(separator: "\n") + "\nparam q = 1.0\nf39(q)")
    #expect(checked.codes == ["E-limit"])
  }

  @Test func callsThatNest() {
    var lines = ["fn f0(x) = x"]
    for level in 1..<3_000 { lines.append("fn f\(level)(x) = sin(f\(level - 1)(x))") }
    let checked = Checked(lines.joined(separator: "\n") + "\nparam q = 1.0\nf2999(q)")
    #expect(checked.codes == ["E-limit"])
  }

  @Test func nestedBrackets() {
    let checked = Checked(
      "param b = 1.0\nlet a = " + String(repeating: "sin(", count: 250) + "b" + String(repeating: ")", count: 250)
        + "\na")
    #expect(checked.errors.isEmpty, "\(checked.messages)")
  }

  @Test func nestedConditions() {
    let head = String(repeating: "if not (", count: 60)
    let tail = String(repeating: ") then b < 1 else b > 1", count: 60)
    let checked = Checked("param b = 1.0\nlet a = if \(head)b < 1\(tail) then 1 else 2")
    #expect(checked.codes.allSatisfy { $0 != "E-limit" }, "\(checked.messages)")
  }
}
