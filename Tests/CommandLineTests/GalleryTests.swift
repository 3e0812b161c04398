import EnergyDriver
import EnergyPlots
import EnergySemantics
import EnergyText
import Foundation
import Synchronization
import Testing

@Suite struct GalleryTests {
  /// Every energy has a program that draws it, and a picture; nothing else lies there.
  @Test func everyEnergyHasAPicture() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: GalleryPage.folder.path).sorted()
    let wanted = StandardLibrary.names.flatMap { ["\($0).energy", "\($0).svg"] } + ["data.txt"]
    #expect(files == wanted.sorted())
  }

  /// The program is about the energy, draws once, and the numbers that it draws are those recorded when the picture was:
  /// axes, and energies on a coarse grid. The picture has the form that a new one would have.
  @Test func picturesAreCurrent() throws {
    let file = GalleryPage.folder.appendingPathComponent("data.txt")
    let found = try StandardLibrary.names.map(Drawn.init)
    if isRecording {
      try (found.map(\.line).joined(separator: "\n") + "\n").write(to: file, atomically: true, encoding: .utf8)
    }
    let recorded = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(recorded.count == found.count)
    for (drawn, line) in zip(found, recorded) {
      #expect(drawn.agrees(with: line), "\(drawn.line)\nand not\n\(line)\nmake golden, and make docs for the picture")
      let picture = try String(
        contentsOf: GalleryPage.folder.appendingPathComponent("\(drawn.name).svg"), encoding: .utf8)
      #expect(picture.contains(drawn.size), "\(drawn.name): the picture isn't \(drawn.size): make docs")
    }
  }

  /// What a program of the gallery draws.
  struct Drawn {
    let name: String
    let line: String
    /// As the svg states it.
    let size: String

    init(_ name: String) throws {
      self.name = name
      let text = try GalleryPage.program(name)
      let session = Session(SourceFile(name: "\(name).energy", text: text), files: DiskFiles())
      let maker = Recorder()
      session.pictures = maker
      try session.run { _ in }
      let requests = maker.requests.withLock { $0 }
      let request = try #require(requests.first)
      #expect(requests.count == 1 && request.path == "\(name).svg" && !session.hasErrors)
      #expect(text.hasPrefix("import \(name)"))
      var detail = Plot.Detail()
      (detail.curve, detail.field, detail.arrows) = (7, 4, 2)
      let plot = try Plot(request.request, in: session, detail: detail)
      let columns = plot.table.columns.count
      let place = try #require(plot.table.columns.firstIndex(of: "energy"))
      let energies = (0..<plot.table.rows).map { plot.table.values[$0 * columns + place] }
      let axes = plot.json.map { "\($0.0) \($0.1.text)" }.joined(separator: " ")
      line = "\(name) | \(axes) | " + energies.map { NumberStyle.exact.text($0) }.joined(separator: " ")
      let script = GnuplotScript(plot, format: .svg).text
      let size = try #require(script.firstMatch(of: #/size (\d+),(\d+)/#)).output
      self.size = "width=\"\(size.1)\" height=\"\(size.2)\""
    }

    /// Whether a line says the same, up to rounding.
    func agrees(with other: String) -> Bool {
      let (left, right) = (line.components(separatedBy: " | "), other.components(separatedBy: " | "))
      guard left.count == 3, right.count == 3, left[0] == right[0], left[1] == right[1] else { return false }
      let numbers = [left, right].map { $0[2].split(separator: " ").compactMap { Double($0) } }
      let scale = numbers[1].filter(\.isFinite).map(abs).max() ?? 0
      return numbers[0].count == numbers[1].count
        && zip(numbers[0], numbers[1]).allSatisfy { a, b in
          a == b || a.isNaN && b.isNaN || abs(a - b) <= 1e-9 * (abs(b) + scale)
        }
    }
  }

  /// Notes what would be drawn.
  final class Recorder: PictureMaker {
    let requests = Mutex<[(request: PlotRequest, path: String?)]>([])

    func picture(of request: PlotRequest, in session: Session, to path: String?) throws -> MadePicture {
      requests.withLock { $0.append((request, path)) }
      return MadePicture(text: "", notes: [], json: [])
    }
  }
}

/// Pictures through the program; where gnuplot isn't installed they can't be drawn.
@Suite(.enabled(if: Gnuplot().location != nil, "gnuplot isn't installed")) struct PictureFileTests {
  @Test(arguments: [
    ("svg", Array("<?xml".utf8)), ("png", [0x89, 0x50, 0x4E, 0x47]), ("pdf", Array("%PDF-".utf8)),
  ])
  func draws(_ ending: String, _ beginning: [UInt8]) throws {
    try withFolder { folder in
      let outcome = try Program.run(
        ["plot", "examples/02_double_well.energy", "--dim", "d=2", "--out", "f.\(ending)"], in: folder)
      #expect(outcome == Outcome(output: "", errors: "", status: 0))
      let bytes = try Data(contentsOf: folder.appendingPathComponent("f.\(ending)"))
      #expect(Array(bytes).starts(with: beginning) && bytes.count > 5000)
    }
  }

  /// A statement writes below its program's folder, and nowhere else.
  @Test func statementsStayInTheirFolder() throws {
    try withFolder { folder in
      let models = folder.appendingPathComponent("models")
      try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
      try "energy f(x : real) = x^2\nplot f over [-5, 5] to \"f.svg\"\nplot f to \"../g.svg\"\n"
        .write(to: models.appendingPathComponent("m.energy"), atomically: true, encoding: .utf8)
      let outcome = try Program.run(["models/m.energy"], in: folder)
      #expect(outcome.status == 1)
      #expect(
        outcome.errors.hasPrefix("wrote f.svg\n\nerror[E-file]: \"../g.svg\" lies outside")
          || outcome.errors.hasPrefix("wrote f.svg\nerror[E-file]: \"../g.svg\" lies outside"))
      #expect(FileManager.default.fileExists(atPath: models.appendingPathComponent("f.svg").path))
      #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("g.svg").path))
    }
  }
}
