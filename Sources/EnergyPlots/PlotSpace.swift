import EnergyDriver
import EnergyIR
import EnergySemantics
import EnergyText
import Glibc

/// The space of an energy's samples with the energy on it.
struct PlotSpace {
  let width: Int
  /// The coordinates as the program names them.
  let labels: [String]
  /// The parts of the score.
  let scoreLabels: [String]
  /// Points to draw.
  let data: [[Double]]
  let notes: [String]
  let remarks: [Diagnostic]
  private let box: [ClosedRange<Double>]
  private let evaluation: Evaluation
  private let isCancelled: (@Sendable () -> Bool)?
  private let progress: ProgressHandler?

  init(_ request: PlotRequest, in session: Session) throws {
    let energy = request.energy
    isCancelled = request.isCancelled
    progress = request.progress
    let shapes = energy.samples.map { session.program.graph[$0.symbol].shape }
    guard !shapes.isEmpty else {
      throw Diagnostic(.error, .option, "\(energy.displayName) has no sample argument")
    }
    for (sample, shape) in zip(energy.samples, shapes) where shape.count > 1 {
      throw Diagnostic(
        .error, .shape, "a plot has numbers and vectors for its axes, and \(sample.name) is a \(sample.type)",
        hints: [
          .init("draw a slice: energy slice(t : vector[2]) = \(energy.displayName)(…), the other entries fixed")
        ])
    }
    let points = try request.data.map { try session.points($0, for: energy) }
    remarks = points?.remarks ?? []
    let known = try points?.width ?? session.sampleWidth(of: energy)
    let widths = known.map { [$0] } ?? Self.guesses(request.box.count)
    let evaluation = try Self.evaluation(energy, widths, in: session)
    self.evaluation = evaluation
    let width = evaluation.shape(of: .score).dropFirst().reduce(1, *)
    self.width = width
    if known == nil {
      let open = Set(shapes.flatMap { $0.flatMap(\.dimensions) }.map(\.name)).sorted()
      let sizes = open.compactMap { name in evaluation.sizes[name].map { "\(name) = \($0)" } }
      let settings = open.map { "--dim \($0)=…" }
      notes = [
        "\(open.joined(separator: ", ")) isn't fixed; drawn with \(sizes.joined(separator: ", ")), choose with "
          + settings.joined(separator: " ")
      ]
    } else {
      notes = []
    }
    let labels = Self.labels(energy, shapes, evaluation.sizes)
    self.labels = labels
    let isNumber = shapes == [[]]
    scoreLabels = isNumber ? ["score"] : (1...max(1, width)).map { "score[\($0)]" }
    guard width > 0, request.box.count <= 1 || request.box.count == width else {
      throw Diagnostic(
        .error, .option,
        "the plot has \(request.box.count) axes, and a sample of \(energy.displayName) \(width) "
          + "coordinate\(width == 1 ? "" : "s"): \(labels.prefix(8).joined(separator: ", "))",
        hints: [.init("one interval for all of them, or one for each")])
    }
    box = request.box.count == 1 ? Array(repeating: request.box[0], count: width) : request.box
    data = (points?.rows ?? []).filter { $0.allSatisfy(\.isFinite) }
  }

  /// Numbers of coordinates to try where the sizes are open.
  private static func guesses(_ boxes: Int) -> [Int] {
    switch boxes {
    case 0: [2, 1, 3]
    case 1: [1, 2]
    default: [boxes]
    }
  }

  private static func evaluation(
    _ energy: Program.Energy, _ widths: [Int], in session: Session
  ) throws -> Evaluation {
    var first: Diagnostic?
    for width in widths {
      do {
        return try session.pointEvaluation(of: energy, width: width, outputs: [.energy, .score])
      } catch let diagnostic as Diagnostic {
        guard widths.count > 1, diagnostic.code == .shape || diagnostic.code == .size else { throw diagnostic }
        first = first ?? diagnostic
      }
    }
    throw first ?? Diagnostic(.error, .option, "\(energy.displayName) has no sample argument")
  }

  private static func labels(
    _ energy: Program.Energy, _ shapes: [[Size]], _ sizes: [String: Int]
  ) -> [String] {
    zip(energy.samples, shapes).flatMap { sample, shape -> [String] in
      guard let size = shape.first else { return [sample.name] }
      let values = Dictionary(
        size.dimensions.compactMap { dimension in sizes[dimension.name].map { (dimension, $0) } },
        uniquingKeysWith: { first, _ in first })
      return (0..<max(0, size.value(values) ?? 0)).map { "\(sample.name)[\($0 + 1)]" }
    }
  }

  /// Energies and scores at packed points.
  func values(at points: [Double]) throws -> (energies: [Double], scores: [Double]) {
    let values = try evaluation.values(
      at: points, count: points.count / width, isCancelled: isCancelled, progress: progress)
    return (values[0], values[1])
  }

  /// The axes: those asked for, else around the data, else around the low energies.
  /// - Parameter count: how many coordinates are drawn.
  func axes(_ count: Int, through centre: [Double], _ data: [[Double]]) throws -> [Plot.Axis] {
    var ranges = box
    if ranges.isEmpty, data.count > 1 {
      ranges = (0..<width).map { coordinate in
        let values = data.map { $0[coordinate] }
        return BoxSearch.padded(values.min() ?? 0, values.max() ?? 0, by: 0.12)
      }
    } else if ranges.isEmpty {
      let search = BoxSearch { try values(at: $0).energies }
      switch width {
      case 1: ranges = [try search.interval(0, through: centre)]
      case 2: ranges = try search.rectangle(0, 1, through: centre)
      default: ranges = try search.ranges(count, through: centre)
      }
    }
    return zip(labels, ranges).map { Plot.Axis(label: $0, range: $1) }
  }

  /// The point that slices run through, with its name: the lowest energy that a descent finds; where there is none,
  /// the mean of the data or the origin.
  func centre(_ data: [[Double]]) throws -> (point: [Double], name: String) {
    if let mode = try ModeSearch(width: width, values: { try values(at: $0) }).lowest(data) {
      return (mode, "the lowest energy found")
    }
    guard !data.isEmpty else { return (Array(repeating: 0, count: width), "the origin, as no energy is the lowest") }
    let mean = (0..<width).map { coordinate in
      data.reduce(0.0) { $0 + $1[coordinate] } / Double(data.count)
    }
    return (mean, "the mean of the data, as no energy is the lowest")
  }
}
