import Foundation

@testable import EnergyCodegen

/// Emitted sources, compiled together into one program that calls them as it is told (Tests/Emulation/runner.cpp).
final class ArtefactBatch {
  /// What sources are written for; CUDA's run on the emulator.
  enum Target: String, CaseIterable, Sendable { case c, cuda }

  /// A call of one function on n rows, the samples over and over.
  struct Job {
    var artefact: Int
    var what: EmissionRequest.What
    var rows: Int
    /// One behind the other, in whole rows.
    var samples: [Double]
    /// In entries: pointers to samples and results are moved by so many.
    var misalignment = 0
    var order = Order.ascending
    /// Only so many of the last blocks run; 0 for all.
    var lastBlocks = 0
    var flags: Flags = []
  }

  /// The order in which the threads of a block get their turns.
  enum Order: String, CaseIterable { case ascending, descending, shuffled }

  struct Flags: OptionSet {
    let rawValue: Int
    static let withoutSamples = Flags(rawValue: 1)
    static let withoutFirst = Flags(rawValue: 2)
    static let withoutSecond = Flags(rawValue: 4)
    static let withoutParameters = Flags(rawValue: 8)
    static let withoutWorkspace = Flags(rawValue: 16)
    static let countsSectors = Flags(rawValue: 32)
    /// Rows with the same sample may differ in their bits.
    static let allowsOtherBits = Flags(rawValue: 64)
    /// For calls that are refused before they touch anything.
    static let withOneRowOfMemory = Flags(rawValue: 128)

    var letters: String {
      let all: [(Flags, String)] = [
        (.withoutSamples, "x"), (.withoutFirst, "a"), (.withoutSecond, "b"), (.withoutParameters, "p"),
        (.withoutWorkspace, "w"), (.countsSectors, "s"), (.allowsOtherBits, "r"), (.withOneRowOfMemory, "h"),
      ]
      return all.filter { contains($0.0) }.map(\.1).joined() + "-"
    }
  }

  struct Result {
    let status: Int
    /// The results of the first rows, at most one round of the samples.
    let values: [Double]
    /// The lowest share of the sectors of 32 bytes that any warp touched at once that it asked for.
    let efficiency: Double
    /// Bytes of x that threads read, and of the results that they wrote.
    let bytesRead: Int
    let bytesWritten: [Int]
    /// What the emulator or the runner found; empty where nothing.
    let problem: String
  }

  /// What the runner must be told of an artefact.
  struct Artefact {
    let name: String
    /// Entries of a row.
    let width: Int
    /// The values of the parameters, one behind the other.
    var parameters: [Double] = []
  }

  private let artefacts: [Artefact]
  private let folder: ScratchFolder
  private let program: String

  /// Emitted sources.
  /// - Parameter edit: changes made to a source before it is compiled.
  convenience init(
    _ requests: [EmissionRequest], _ target: Target, flags: [String] = ["-O0"],
    edit: (String) throws -> String = { $0 }
  ) throws {
    var files: [EmittedFile] = []
    var text = "#include \"artefact.h\"\n#include <string.h>\n"
    for request in requests {
      let source = try Self.source(request, target)
      files += try source.enumerated().map { .init(name: $1.name, text: $0 == 0 ? try edit($1.text) : $1.text) }
      let glue = ArtefactGlue(request: request, target: target).text
      text += target == .c ? "#include \"\(source[0].name)\"\n\(glue)" : Self.enclosed(source, glue)
    }
    text += "__attribute__((constructor)) static void register_all(void) {\n"
    for request in requests {
      let name = SourceNames.mangled(request.name)
      text += "  ee_register(&\(target == .c ? "" : "in_\(name)::")artefact_\(name));\n"
    }
    text += "}\n"
    let artefacts = requests.map { request in
      Artefact(
        name: SourceNames.mangled(request.name), width: request.width,
        parameters: ArtefactGlue(request: request, target: target).values)
    }
    try self.init(artefacts, target, text, files: files, flags: flags)
  }

  /// A source that registers artefacts.
  init(
    _ artefacts: [Artefact], _ target: Target, _ text: String, files: [EmittedFile] = [], flags: [String] = ["-O0"]
  ) throws {
    self.artefacts = artefacts
    folder = try ScratchFolder("artefacts")
    program = folder.path("program")
    for file in files { try folder.write(file.text, to: file.name) }
    let source = target == .c ? "batch.c" : "batch.cpp"
    try folder.write(text, to: source)
    try Emulator.link(folder.path(source), target, to: program, flags)
  }

  /// The files of an artefact, the one to be included first.
  private static func source(_ request: EmissionRequest, _ target: Target) throws -> [EmittedFile] {
    switch target {
    case .c: [try CHeader(request).file()]
    case .cuda: try CUDASource(request).files()
    }
  }

  /// A source that is meant to be compiled alone, in a namespace of its own; the next one has its own helper functions.
  private static func enclosed(_ source: [EmittedFile], _ glue: String) -> String {
    let name = source[0].name.split(separator: ".")[0]
    let macros = source.flatMap { $0.text.split(separator: "\n") }
      .compactMap { $0.firstMatch(of: /^ *# *define +(\w+)/)?.output.1 }
    return "namespace in_\(name) {\n#include \"\(source[0].name)\"\n\(glue)}\n"
      + Set(macros).filter { $0.hasSuffix("_defined") }.sorted().map { "#undef \($0)\n" }.joined()
  }

  /// The results of jobs, in order.
  func run(_ jobs: [Job]) throws -> [Result] {
    var data = artefacts.flatMap(\.parameters)
    let parameterStarts = artefacts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.parameters.count) }
    var places: [[Double]: Int] = [:]
    var lines = ""
    for job in jobs {
      let artefact = artefacts[job.artefact]
      let start = places[job.samples] ?? data.count
      if places.updateValue(start, forKey: job.samples) == nil { data += job.samples }
      let rows = job.samples.count / max(1, artefact.width)
      lines += "\(artefact.name) \(job.what.rawValue) \(job.rows) \(rows) \(start) "
      lines += "\(parameterStarts[job.artefact]) \(job.misalignment) \(job.order.rawValue) \(job.lastBlocks) "
      lines += "\(job.flags.letters)\n"
    }
    let run = UUID().uuidString
    let (input, output) = (folder.url.appending(path: "in-\(run)"), folder.path("out-\(run)"))
    try data.withUnsafeBytes { try Data($0).write(to: input) }
    try folder.write(lines, to: "jobs-\(run)")
    let text = try HostCompiler.run(
      program, [input.path, output], input: folder.url.appending(path: "jobs-\(run)"))
    let results = try Data(contentsOf: URL(fileURLWithPath: output))
    var numbers = [Double](repeating: 0, count: results.count / 8)
    _ = numbers.withUnsafeMutableBytes { results.copyBytes(to: $0) }
    var position = 0
    return try text.split(separator: "\n", omittingEmptySubsequences: false).prefix(jobs.count).map { line in
      let words = line.split(separator: " ", maxSplits: 6, omittingEmptySubsequences: false)
      guard words.count == 7, let status = Int(words[0]), let count = Int(words[1]),
        let efficiency = Double(words[2]), let read = Int(words[3]), let first = Int(words[4]),
        let second = Int(words[5])
      else { throw HostCompiler.Failed(command: program, output: text) }
      defer { position += count }
      return Result(
        status: status, values: Array(numbers[position..<position + count]), efficiency: efficiency, bytesRead: read,
        bytesWritten: [first, second], problem: String(words[6]))
    }
  }
}

/// The emulator's own parts, compiled once.
enum Emulator {
  static let folder = root.appending(path: "Tests/Emulation")
  static let isAvailable = HostCompiler.cxx != nil && HostCompiler.c != nil

  private struct Objects: Sendable {
    let folder: ScratchFolder
    let paths: [String]
  }

  private static let objects = Swift.Result { () throws -> Objects in
    let folder = try ScratchFolder("emulator")
    let names = ["runner", "emulator", "emulator_memory", "emulator_math"]
    for name in names {
      try HostCompiler.run(
        HostCompiler.cxx ?? "c++",
        warnings + [
          "-std=c++17", "-O1", "-U_FORTIFY_SOURCE", "-DEE_EMULATED", "-c", Self.folder.path + "/\(name).cpp", "-o",
          folder.path("\(name).o"),
        ])
    }
    return Objects(folder: folder, paths: names.map { folder.path("\($0).o") })
  }

  private static let warnings = ["-Wall", "-Wextra", "-Werror"]

  /// What CUDA's sources, and programs that call them, are compiled with.
  static let flags =
    warnings + ["-std=c++17", "-x", "c++", "-DEE_EMULATED", "-include", folder.path + "/cuda_emulator.h"]
    + ["-Wno-unknown-pragmas", "-I", folder.path]

  /// A program of its own from sources in CUDA and C++.
  static func build(_ sources: [String], to program: String) throws {
    let emulator = try objects.get().paths.dropFirst()
    try HostCompiler.run(
      HostCompiler.cxx ?? "c++", flags + sources + ["-x", "none"] + emulator + ["-o", program, "-lm"])
  }

  /// Compiles a batch and links it with the emulator and the runner.
  static func link(_ source: String, _ target: ArtefactBatch.Target, to program: String, _ flags: [String]) throws {
    let objects = try objects.get()
    let object = source + ".o"
    let language = target == .c ? warnings + ["-std=c11", "-Wno-unused-function", "-I", folder.path] : Self.flags
    let compiler = target == .c ? HostCompiler.c ?? "cc" : HostCompiler.cxx ?? "c++"
    try HostCompiler.run(compiler, language + flags + ["-c", source, "-o", object])
    try HostCompiler.run(HostCompiler.cxx ?? "c++", [object] + objects.paths + ["-o", program, "-lm"])
  }
}
