import EnergyCPU
import EnergyText
import Foundation
import Testing

@testable import EnergyCodegen
@testable import EnergyDriver

/// A program with points, at which emitted code must say what the tile evaluator says.
struct ParityCase: Sendable, CustomTestStringConvertible {
  var name: String
  var program: String
  /// Where the program reads its data.
  var folder: String? = nil
  var settings: [String: String] = [:]
  var energy: String? = nil
  /// The shape of all points; their number comes first.
  var shape: [Int]
  var x: [Double]
  /// What rounding errors are relative to, a number a row; the values themselves and the greatest entry of a row where
  /// nothing is known.
  var energyScale: [Double]? = nil
  var scoreScale: [Double]? = nil
  var laplacianScale: [Double]? = nil
  /// By how much the formula passes on rounding errors.
  var condition = 1.0
  /// Whether single precision can say the points.
  var isForSingle = true

  var testDescription: String { name }
  var rows: Int { shape[0] }
  var width: Int { x.count / max(1, rows) }

  /// Without its last row where their number is even: a kernel that mixes rows up at a multiple of a power of two must
  /// not find the same sample there.
  var withOddRows: ParityCase {
    guard rows % 2 == 0, rows > 2 else { return self }
    var result = self
    result.shape[0] -= 1
    result.x.removeLast(width)
    return result
  }
}

/// A case in one precision with its programs and what the tile evaluator says.
struct PreparedCase {
  let item: ParityCase
  let precision: Precision
  let request: EmissionRequest
  let energy: [Double]
  let score: [Double]
  let laplacian: [Double]
  /// The gradient by all parameters in the artefact's order, of the sum over the points.
  let gradient: [Double]
  /// The greatest sum of the absolute values of an entry's terms.
  let gradientScale: Double
  /// The points in the precision.
  let x: [Double]

  init(_ item: ParityCase, _ precision: Precision, named name: String, what: [EmissionRequest.What]? = nil) throws {
    let item = item.withOddRows
    self.item = item
    self.precision = precision
    var options = SessionOptions()
    options.precision = precision
    options.settings = item.settings.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: $0.value) }
    let source = SourceFile(name: "\(item.name).energy", text: item.program)
    func open() throws -> Session {
      let session =
        if let folder = item.folder {
          Session(source, folder: folder, options: options, files: DiskFiles())
        } else {
          Session(source, form: .file, options: options, files: MemoryFiles())
        }
      try #require(!session.hasErrors, "\(item.name): \(session.diagnostics.map(\.short))")
      return session
    }
    var session = try open()
    var energy = try session.energy(named: item.energy)
    let x = precision == .f32 ? item.x.map { Double(Float($0)) } : item.x
    self.x = x
    let points = BatchSource.values(x, shape: item.shape)
    let hasLaplacian = what?.contains(.laplacian) ?? true
    let outputs: [BatchOutput] = [.energy, .score] + (hasLaplacian ? [.laplacian] : [])
    let evaluation = try session.evaluation(of: energy, on: points, outputs: outputs)
    let values = try evaluation.values(outputs, rows: 0..<item.rows)
    (self.energy, score, laplacian) = (values[0], values[1], hasLaplacian ? values[2] : [])
    // The sizes that the batch tells are those of the artefact.
    if session.options.dims != evaluation.sizes {
      options.dims = evaluation.sizes
      session = try open()
      energy = try session.energy(named: item.energy)
    }
    var emission = EmissionOptions()
    emission.name = name
    if let what { emission.what = what }
    request = try session.emissionRequest(of: energy, emission)
    let entry = request.entryPoints.first { $0.what == .gradient }
    let parameters = (entry?.outputs ?? []).map(\.target)
    var (gradient, scale) = ([Double](), 0.0)
    if !parameters.isEmpty {
      let symbols = try parameters.map { try session.targets(of: energy, by: $0).symbols[0] }
      let outputs = symbols.map(BatchOutput.gradient)
      let evaluation = try session.evaluation(of: energy, on: points, outputs: outputs)
      for rows in try evaluation.values(outputs, rows: 0..<item.rows) {
        let count = rows.count / item.rows
        for entry in 0..<count {
          let terms = stride(from: entry, to: rows.count, by: count).map { rows[$0] }
          gradient.append(terms.reduce(0, +))
          scale = max(scale, terms.reduce(0) { $0 + abs($1) })
        }
      }
    }
    (self.gradient, gradientScale) = (gradient, scale)
  }

  /// By how much results may differ, relative to their scale.
  var tolerance: Double {
    precision == .f64 ? max(1e-12, item.condition * 0x1p-51) : max(1e-5, item.condition * 0x1p-22)
  }

  /// The scale of a row's energy, the entries of its score, and its Laplacian.
  func scales(_ row: Int) -> (energy: Double, score: Double, laplacian: Double) {
    let width = item.width
    let entries = score[row * width..<(row + 1) * width]
    return (
      item.energyScale?[row] ?? max(abs(energy[row]), 1),
      max(item.scoreScale?[row] ?? 0, entries.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }),
      item.laplacianScale?[row] ?? laplacian.reduce(1) { $1.isFinite ? max($0, abs($1)) : $0 }
    )
  }
}
