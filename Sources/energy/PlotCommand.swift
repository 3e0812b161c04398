import ArgumentParser
import EnergyData
import EnergyDriver
import EnergyPlots
import EnergyText

/// `energy plot FILE | -e EXPR`.
struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot", abstract: "Draw an energy: curves, contours with the score, slices.",
    discussion: """
      energy plot -e 'x^4 - 2*x^2'
      energy plot model.energy --over '[-4, 4] x [-4, 4]' --data X.csv --out f.svg
      energy plot model.energy --what density,score --out f.pdf --data-out plot.csv
      Pictures in files (.svg, .png, .pdf) are drawn by gnuplot; without --out the terminal shows the plot.
      """)

  @OptionGroup var program: ProgramOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "The axes: '[-4, 4] x [0, 1]', or one interval for all; by default where the density lives.")
  var over: Axes?

  @Option(help: "Points to draw over it, as --input of eval: .npy, .csv or -.", completion: .file())
  var data: String?

  @Option(help: "What to show, separated by commas: energy, density, score.")
  var what: Quantities?

  @Option(help: "The picture: .svg, .png or .pdf.", completion: .file(extensions: ["svg", "png", "pdf"]))
  var out: String?

  @Option(help: "Write the numbers of the plot, a row each point: .csv or .npy.", completion: .file())
  var dataOut: String?

  /// Intervals, separated by `x` or `×`.
  struct Axes: ExpressibleByArgument {
    let intervals: [(Double, Double)]
    init?(argument: String) {
      var intervals: [(Double, Double)] = []
      for part in argument.replacing("×", with: "x").split(separator: "x") {
        let text = part.filter { !$0.isWhitespace }
        guard text.hasPrefix("["), text.hasSuffix("]") else { return nil }
        let ends = text.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
        guard ends.count == 2, let low = Self.number(ends[0]), let high = Self.number(ends[1]) else { return nil }
        intervals.append((low, high))
      }
      guard !intervals.isEmpty else { return nil }
      self.intervals = intervals
    }

    /// A number, also a multiple of π: `2*pi`, `-pi`.
    private static func number(_ text: Substring) -> Double? {
      let text = text.replacing("−", with: "-").replacing("π", with: "pi")
      guard text.hasSuffix("pi") else { return Double(text) }
      let factor = text.dropLast(2)
      switch factor {
      case "", "+": return Double.pi
      case "-": return -Double.pi
      default: return Double(factor.hasSuffix("*") ? factor.dropLast() : factor).map { $0 * .pi }
      }
    }
  }

  struct Quantities: ExpressibleByArgument {
    let all: [PlotQuantity]
    init?(argument: String) {
      let words = argument.split(separator: ",").map { PlotQuantity(rawValue: String($0)) }
      guard !words.isEmpty, !words.contains(nil) else { return nil }
      // In the one order that pictures have.
      all = PlotQuantity.allCases.filter { words.contains($0) }
    }
  }

  func validate() throws { try program.validate(inputs: data.map { [$0] } ?? []) }

  func run() throws {
    let report = Report(output)
    try report.finish(loading: { try program.requiredSession() }) { loaded in
      let format = try out.map(Pictures.format)
      var request = PlotRequest(try loaded.energy(named: program.energy))
      if let note = loaded.expressionNote() { report.note(note) }
      request.quantities = what?.all ?? []
      request.box = try (over?.intervals ?? []).map { try loaded.interval($0.0, $0.1) }
      request.data = data.map { .files([(nil, $0)]) }
      let plot = try program.attended {
        request.isCancelled = $0
        request.progress = $1
        return try Plot(request, in: loaded)
      }
      report.add(plot.remarks, loaded.sources)
      let pictures = Pictures(terminal: Console.style(output))
      var notes = plot.notes
      if let out, let format {
        try AtomicFile.write(pictures.file(plot, format), to: out)
      } else if !report.isJSON, dataOut == nil {
        let shown = pictures.shown(plot)
        report.line(shown.text)
        notes = shown.notes
      }
      if let dataOut {
        try ArrayOutput.write(
          plot.table.values, shape: [plot.table.rows, plot.table.columns.count], to: dataOut,
          columnNames: plot.table.columns)
      }
      notes.forEach { report.note("note: \($0)") }
      plot.json.forEach { report.field($0.0, $0.1) }
      report.field("notes", .array(notes.map(JSON.string)))
      report.field("files", .array([out, dataOut].compactMap { $0 }.map(JSON.string)))
      return .success
    }
  }
}
