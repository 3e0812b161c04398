import EnergyData
import EnergyDriver
import EnergyText

/// Makes pictures: with gnuplot into files and for terminals that show pixels, else with characters.
public struct Pictures: PictureMaker {
  private let gnuplot: any ScriptRunner
  private let terminal: () -> TerminalStyle

  /// - Parameters:
  ///   - gnuplot: draws scripts.
  ///   - terminal: where pictures without a file are seen; looked at when the first one is to be shown.
  public init(
    gnuplot: any ScriptRunner = Gnuplot(), terminal: @autoclosure @escaping () -> TerminalStyle = TerminalStyle()
  ) {
    self.gnuplot = gnuplot
    self.terminal = terminal
  }

  /// Draws a picture; the file that a program names lies below the program's own folder.
  public func picture(of request: PlotRequest, in session: Session, to path: String?) throws -> MadePicture {
    let format = try path.map(Self.format)
    let plot = try Plot(request, in: session)
    guard let path, let format else {
      let shown = shown(plot)
      return MadePicture(text: shown.text, notes: shown.notes.map { "note: \($0)" }, json: plot.json)
    }
    let notes = plot.notes.map { "note: \($0)" }
    try session.files.write(file(plot, format), to: path, within: session.folder)
    return MadePicture(text: "", notes: notes + ["wrote \(path)"], json: plot.json + [("file", .string(path))])
  }

  /// The bytes of a picture's file.
  /// - Throws: `E-no-gnuplot`.
  public func file(_ plot: Plot, _ format: GnuplotScript.Format) throws -> [UInt8] {
    try gnuplot.run(GnuplotScript(plot, format: format).text)
  }

  /// The picture for the terminal with what is to be said with it. Without a gnuplot that draws sixels, characters do.
  public func shown(_ plot: Plot) -> (text: String, notes: [String]) {
    let terminal = terminal()
    if terminal.showsSixels, let bytes = try? file(plot, .sixel) {
      return (String(decoding: bytes, as: UTF8.self), plot.notes)
    }
    let picture = CharacterPicture(plot, terminal)
    return (picture.text, plot.notes + picture.notes)
  }

  /// What a file's ending asks for.
  /// - Throws: `E-option` for any other ending.
  public static func format(of path: String) throws -> GnuplotScript.Format {
    switch path.split(separator: ".").last.map({ $0.lowercased() }) {
    case "svg": return .svg
    case "png": return .png
    case "pdf": return .pdf
    default:
      throw Diagnostic(
        .error, .option, "\(path): pictures are .svg, .png or .pdf files",
        hints: [.init("the numbers of a plot: energy plot … --data-out plot.csv")])
    }
  }
}

extension Plot {
  /// The axes, for programs.
  public var json: [(String, JSON)] {
    let axes: [Axis]
    switch content {
    case .curve(let curve): axes = [curve.axis]
    case .field(let field): axes = [field.horizontal, field.vertical]
    case .slices(_, let curves, _): axes = curves.map(\.axis)
    }
    return [
      ("energy", .string(name)), ("shows", .array(quantities.map { .string($0.rawValue) })),
      (
        "axes",
        .array(
          axes.map { axis in
            .object([
              ("name", .string(axis.label)), ("from", .number(axis.range.lowerBound)),
              ("to", .number(axis.range.upperBound)),
            ])
          })
      ),
    ]
  }
}
