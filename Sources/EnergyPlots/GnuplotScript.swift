import EnergyDriver
import Glibc

/// A picture as a gnuplot script: the same text for the same plot, on every machine whose numbers are the same.
public struct GnuplotScript {
  /// What gnuplot is to make.
  public enum Format: String, CaseIterable, Sendable {
    /// A picture for web pages.
    case svg
    /// A picture of pixels, two for each of the others.
    case png
    /// A picture for papers.
    case pdf
    /// Pixels for terminals that show them.
    case sixel
  }

  /// The script.
  public private(set) var text = ""
  let plot: Plot
  let format: Format
  /// Commands of the panels, in order.
  private var panels: [String] = []
  /// Blocks of data, which stand before them.
  private var blocks: [String] = []
  /// Width and height, in 96ths of an inch.
  private var page = SIMD2(0.0, 0.0)

  /// The script of a plot.
  public init(_ plot: Plot, format: Format) {
    self.plot = plot
    self.format = format
    switch plot.content {
    case .curve(let curve): addCurves(curve)
    case .field(let field): addFields(field)
    case .slices(_, let curves, let fields): addSlices(curves, fields)
    }
    text = ([header] + blocks + ["set multiplot"] + panels + ["unset multiplot"]).joined(separator: "\n") + "\n"
  }

  private var header: String {
    let size = "\(Int(page.x)),\(Int(page.y))"
    let terminal: String
    switch format {
    case .svg: terminal = "svg noenhanced rounded size \(size) background \"#ffffff\" font \"sans-serif,13\""
    case .png:
      let double = "\(2 * Int(page.x)),\(2 * Int(page.y))"
      terminal = "pngcairo noenhanced rounded size \(double) font \"sans,10\" fontscale 2 linewidth 2 pointscale 2"
    case .pdf:
      let inches = "\(ScriptText.number(page.x / 96, digits: 4))in,\(ScriptText.number(page.y / 96, digits: 4))in"
      terminal =
        "pdfcairo noenhanced rounded size \(inches) font \"Helvetica,10\" fontscale 1 linewidth 1.5 pointscale 0.7"
    case .sixel: terminal = "sixelgd noenhanced size \(size) font \"sans,10\" truecolor"
    }
    return """
      set terminal \(terminal)
      set encoding utf8
      set border 3 lw 0.8 lc rgb "\(Palette.text(Palette.ink))"
      set tics nomirror out scale 0.5 textcolor rgb "\(Palette.text(Palette.ink))"
      unset key
      """
  }

  mutating func setPage(_ width: Double, _ height: Double) { page = SIMD2(width.rounded(), height.rounded()) }

  /// Puts rows of numbers into a block of their own and returns its name.
  mutating func addBlock(_ lines: [String]) -> String {
    let name = "$d\(blocks.count + 1)"
    blocks.append("\(name) << EOD\n" + lines.joined(separator: "\n") + "\nEOD")
    return name
  }

  /// A panel at a place on the page, in 96ths of an inch from below on the left.
  /// - Parameters:
  ///   - below: what stands below the axis to the right.
  ///   - beside: what stands beside the axis upwards, and how far to the left of it.
  mutating func addPanel(
    x: ClosedRange<Double>, y: ClosedRange<Double>, below: String?, beside: (text: String, distance: Double)?,
    _ settings: [String], _ layers: [String]
  ) {
    var lines = [
      ("lmargin", x.lowerBound / page.x), ("rmargin", x.upperBound / page.x), ("bmargin", y.lowerBound / page.y),
      ("tmargin", y.upperBound / page.y),
    ].map { "set \($0.0) at screen \(ScriptText.number($0.1, digits: 5))" }
    lines += settings
    let middle = SIMD2((x.lowerBound + x.upperBound) / 2, (y.lowerBound + y.upperBound) / 2)
    if let below { lines.append(label(below, at: SIMD2(middle.x, y.lowerBound - 43), "center")) }
    if let beside {
      lines.append(label(beside.text, at: SIMD2(x.lowerBound - beside.distance, middle.y), "center rotate by 90"))
    }
    // A panel without a layer still has its axes.
    let drawn = layers.isEmpty ? ["NaN"] : layers
    lines += ["plot " + drawn.joined(separator: ", \\\n  "), "unset label", "unset object"]
    panels.append(lines.joined(separator: "\n"))
  }

  /// Text at a place on the page.
  private func label(_ text: String, at place: SIMD2<Double>, _ how: String) -> String {
    let share = place / page
    return "set label \(ScriptText.quoted(text)) at screen \(ScriptText.number(share.x, digits: 5)),"
      + "\(ScriptText.number(share.y, digits: 5)) \(how) \(ink)"
  }

  /// The colour of text.
  var ink: String { "textcolor rgb \"\(Palette.text(Palette.ink))\"" }

  /// Puts the frame back that a panel changed.
  mutating func restore() { panels.append("set border 3\nset ytics nomirror out scale 0.5") }

  /// An axis: its range and ticks.
  /// - Parameter free: the share at each end that stays without ticks, whose numbers would meet a neighbour's.
  func axis(
    _ letter: String, _ range: ClosedRange<Double>, ticks count: Int, showsNumbers: Bool = true, free: Double = 0
  ) -> [String] {
    let ends = free * (range.upperBound - range.lowerBound)
    let ticks = Ticks((range.lowerBound + ends)...(range.upperBound - ends), count: count)
    let list = zip(ticks.places, ticks.labels).map { place, text in
      "\(ScriptText.quoted(showsNumbers ? text : "")) \(ScriptText.number(place))"
    }
    return [
      "set \(letter)range [\(ScriptText.number(range.lowerBound)):\(ScriptText.number(range.upperBound))]",
      "set \(letter)tics (\(list.joined(separator: ", ")))",
    ]
  }
}

/// A number with so many significant digits, as C's `%g`.
func digitsText(_ value: Double, _ digits: Int) -> String {
  var buffer = [CChar](repeating: 0, count: 40)
  let length = withVaList([Int32(digits), value]) { vsnprintf(&buffer, buffer.count, "%.*g", $0) }
  return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
