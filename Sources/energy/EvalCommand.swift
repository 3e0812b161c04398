import ArgumentParser
import EnergyData
import EnergyDriver
import EnergyText

/// `energy eval FILE | -e EXPR`.
struct EvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval", abstract: "Energies and scores of a batch.",
    discussion: """
      energy eval model.energy --input X.npy --energy-out E.npy --score-out S.npy
      energy eval -e '0.5*sumsq(x)' --input X.csv
      Samples are (N, …shape of the sample), or packed (N, total); --input NAME=X.npy for each of several arguments.
      """)

  @OptionGroup var program: ProgramOptions
  @OptionGroup var output: OutputOptions

  @Option(
    help: "Samples: .npy, .csv or - for standard input; NAME=FILE for one of several arguments.", completion: .file())
  var input: [InputFile] = []

  @Option(help: "Only these rows, from 1, both ends included: 1..1000.")
  var rows: RowRange?

  @Option(help: "Write the energies, (N).", completion: .file())
  var energyOut: String?

  @Option(help: "Write the scores, (N, …shape of the sample).", completion: .file())
  var scoreOut: String?

  @Option(help: "Write the Laplacians, (N).", completion: .file())
  var laplacianOut: String?

  @Option(help: "Write the Hessians times a direction for each row, as the samples are laid out: V.npy=H.npy.")
  var hvpOut: FilePair?

  @Option(help: "Write the gradient of the sum of the energies by a parameter: NAME=G.npy, dotted for own ones.")
  var gradOut: [FilePair] = []

  func validate() throws {
    try program.validate(inputs: input.map(\.path) + (hvpOut.map { [$0.name] } ?? []))
    let outputs = wanted.map(\.path) + gradOut.map(\.path)
    if outputs.contains("-") {
      if outputs.count > 1 {
        throw ValidationError("Where results go to standard output (-), it takes only one array.")
      }
      if output.json { throw ValidationError("Standard output can't hold both an array and a document: --json.") }
    }
  }

  func run() throws {
    let report = Report(output)
    try report.finish(loading: { try program.requiredSession() }) { loaded in
      let energy = try loaded.energy(named: program.energy)
      if let note = loaded.expressionNote() { report.note(note) }
      guard !input.isEmpty else {
        throw Diagnostic(
          .error, .option, "no samples are given", hints: [.init("--input FILE.npy or --input FILE.csv")])
      }
      try evaluate(loaded, energy.name, report)
      return .success
    }
  }

  private var wanted: [(output: BatchOutput, path: String)] {
    let all: [(BatchOutput, String?)] = [
      (.energy, energyOut), (.score, scoreOut), (.laplacian, laplacianOut), (.hessianProduct, hvpOut?.path),
    ]
    return all.compactMap { output, path in path.map { (output, $0) } }
  }

  private func evaluate(_ session: Session, _ name: String, _ report: Report) throws {
    let energy = try session.energy(named: name.isEmpty ? nil : name)
    let files = wanted
    let source = BatchSource.files(input.map { ($0.name, $0.path) })
    let gradients = gradOut.isEmpty ? [] : try writeGradients(session, energy.name, source)
    if files.isEmpty, !gradients.isEmpty {
      report.field("energy_name", .string(energy.displayName))
      report.field("files", .array(gradients))
      return
    }
    let outputs = files.isEmpty ? [.energy, .score] : files.map(\.output)
    let evaluation = try session.evaluation(
      of: energy, on: source, rows: rows?.range, outputs: outputs,
      directions: hvpOut.map { .files([(nil, $0.name)]) })
    report.add(evaluation.remarks, session.sources)
    let clock = ContinuousClock()
    var seconds = [("read", evaluation.readTime), ("evaluation", Duration.zero), ("write", Duration.zero)]
    let summary: BatchSummary
    if files.isEmpty {
      let start = clock.now
      summary = try program.attended { try evaluation.summarise(isCancelled: $0, progress: $1) }
      seconds[1].1 = start.duration(to: clock.now)
    } else {
      summary = try write(evaluation, files, clock, &seconds)
    }
    if let warning = summary.warning(firstRow: rows?.range.lowerBound ?? 1) {
      if program.trapNan { throw try session.notANumber(evaluation, summary) ?? warning }
      report.add([warning], session.sources)
    }
    if files.isEmpty {
      report.line(session.signature(energy, sizes: evaluation.sizes))
      report.line(summary.text(.short))
    }
    report.field("energy_name", .string(energy.displayName))
    summary.json.forEach { report.field($0.0, $0.1) }
    report.field("dtype", .string(evaluation.precision.rawValue))
    report.field("seconds", .object(seconds.map { ($0.0, .number($0.1 / .seconds(1))) }))
    report.field(
      "files",
      .array(
        files.map { file in
          let shape = JSON.array(evaluation.shape(of: file.output).map(JSON.integer))
          return .object([("path", .string(file.path)), ("shape", shape)])
        } + gradients))
  }

  /// Computes the gradients by parameters and writes them; returns what the document says of the files.
  private func writeGradients(
    _ session: Session, _ name: String, _ source: BatchSource
  ) throws -> [JSON] {
    let energy = try session.energy(named: name.isEmpty ? nil : name)
    let (gradients, precision) = try program.attended {
      try session.parameterGradients(
        of: energy, by: gradOut.map(\.name), on: source, rows: rows?.range, isCancelled: $0, progress: $1)
    }
    if program.trapNan, let bad = gradients.first(where: { $0.values.contains { $0.isNaN } }) {
      throw Diagnostic(
        .error, .notFinite, "the gradient by \(bad.name) is NaN; nothing was written",
        hints: [.init("energy check names the sub-expression")])
    }
    var written: [ArrayOutput] = []
    for (gradient, file) in zip(gradients, gradOut) {
      let output = try program.arrayOutput(file.path, gradient.shape, precision == .f64 ? .f64 : .f32)
      output.withUnsafeMutableBytes { bytes in
        switch precision {
        case .f64:
          for (i, x) in gradient.values.enumerated() { bytes.storeBytes(of: x, toByteOffset: 8 * i, as: Double.self) }
        case .f32:
          for (i, x) in gradient.values.enumerated() {
            bytes.storeBytes(of: Float(x), toByteOffset: 4 * i, as: Float.self)
          }
        }
      }
      written.append(output)
    }
    for output in written { try output.commit() }
    return zip(gradients, gradOut).map { gradient, file in
      .object([("path", .string(file.path)), ("shape", .array(gradient.shape.map(JSON.integer)))])
    }
  }

  private func write(
    _ evaluation: Evaluation, _ files: [(output: BatchOutput, path: String)], _ clock: ContinuousClock,
    _ seconds: inout [(String, Duration)]
  ) throws -> BatchSummary {
    let dtype: EnergyData.ElementType = evaluation.precision == .f64 ? .f64 : .f32
    var targets: [(output: BatchOutput, file: ArrayOutput)] = []
    for file in files {
      let shape = evaluation.shape(of: file.output)
      targets.append((file.output, try program.arrayOutput(file.path, shape, dtype)))
    }
    let addresses = Dictionary(
      targets.compactMap { target in
        target.file.withUnsafeMutableBytes { bytes in bytes.baseAddress.map { (target.output, $0) } }
      }, uniquingKeysWith: { first, _ in first })
    var start = clock.now
    try program.attended { try evaluation.run(into: addresses, isCancelled: $0, progress: $1) }
    seconds[1].1 = start.duration(to: clock.now)
    let summary = evaluation.summary(of: addresses.mapValues { UnsafeRawPointer($0) })
    start = clock.now
    if !(program.trapNan && summary.warning(firstRow: 1) != nil) { for target in targets { try target.file.commit() } }
    seconds[2].1 = start.duration(to: clock.now)
    return summary
  }
}

/// `NAME=FILE`, also `FILE=FILE`.
struct FilePair: ExpressibleByArgument {
  let name: String
  let path: String
  init?(argument: String) {
    guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else { return nil }
    name = String(argument[..<equals])
    path = String(argument[argument.index(after: equals)...])
    if path.isEmpty { return nil }
  }
}

/// `FILE` or `NAME=FILE`.
struct InputFile: ExpressibleByArgument {
  let name: String?
  let path: String
  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    if let equals = argument.firstIndex(of: "="), equals != argument.startIndex,
      argument[..<equals].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
    {
      name = String(argument[..<equals])
      path = String(argument[argument.index(after: equals)...])
    } else {
      name = nil
      path = argument
    }
  }
}

/// `A..B`, from 1, both ends included.
struct RowRange: ExpressibleByArgument {
  let range: ClosedRange<Int>
  init?(argument: String) {
    let ends = argument.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard ends.count == 3, ends[1].isEmpty, let low = Int(ends[0]), let high = Int(ends[2]), low >= 1, low <= high
    else { return nil }
    range = low...high
  }
}
