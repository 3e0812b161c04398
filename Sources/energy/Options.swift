import ArgumentParser
import EnergyCPU
import EnergyData
import EnergyDriver
import EnergyText
import Glibc

/// How results and messages look.
struct OutputOptions: ParsableArguments {
  enum Color: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never

    /// Whether something is painted.
    func isOn(isTerminal: Bool) -> Bool {
      switch self {
      case .always: true
      case .never: false
      case .auto: isTerminal && Console.variable("NO_COLOR") == nil && Console.variable("TERM") != "dumb"
      }
    }
  }

  @Flag(help: "Print one JSON document, errors included.")
  var json = false

  @Option(help: "Colour in messages; auto heeds NO_COLOR and TERM=dumb.")
  var color: Color = .auto
}

/// What a program is, and the values it gets from outside.
struct ProgramOptions: ParsableArguments {
  @Argument(help: "A file of statements; - for standard input.", completion: .file(extensions: ["energy"]))
  var file: String?

  @Option(
    name: .customShort("e"), parsing: .unconditional,
    help: ArgumentHelp("An energy as an expression; x is the sample.", valueName: "expr"))
  var expression: String?

  @Option(help: "Which energy, where the file has several.", completion: .energyNames)
  var energy: String?

  @Option(
    name: .customLong("set"), parsing: .unconditionalSingleValue, help: "A parameter's value: a=2, gaussian.mu=[0,1].")
  var settings: [Setting] = []

  @Option(name: .customLong("dim"), help: "A size: d=8.")
  var dims: [Dim] = []

  @Option(
    help: "Parameters by name from a .npz, .safetensors or .json file; --set counts before it.", completion: .file())
  var params: String?

  @Option(help: "Arithmetic: f64 or f32; by default that of the input.")
  var dtype: Precision?

  @Option(help: "Threads; by default one a processor.")
  var threads: Int?

  @Option(help: "Where it runs: auto or tiles; native and cuda aren't built yet.")
  var backend: Backend = .auto

  @Option(help: "The most memory to take: 500M, 8G.")
  var maxMemory: Bytes?

  @Flag(help: "End with an error where a result is NaN; it names the first sub-expression and its place.")
  var trapNan = false

  @Option(help: "The seed of random numbers.")
  var seed: UInt64 = 0

  @Option(help: "A line about how far a long run is, on standard error: auto shows it on a terminal.")
  var progress: ProgressMode = .auto

  enum Backend: String, ExpressibleByArgument, CaseIterable { case auto, tiles, native, cuda }

  struct Setting: ExpressibleByArgument {
    let name: String
    let value: String
    init?(argument: String) {
      guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else { return nil }
      name = String(argument[..<equals])
      value = String(argument[argument.index(after: equals)...])
    }
  }

  struct Dim: ExpressibleByArgument {
    let name: String
    let value: Int
    init?(argument: String) {
      guard let setting = Setting(argument: argument), let value = Int(setting.value), value > 0 else { return nil }
      name = setting.name
      self.value = value
    }
  }

  struct Bytes: ExpressibleByArgument {
    let count: Int
    init?(argument: String) {
      let units: [Character: Int] = ["K": 10, "M": 20, "G": 30, "T": 40]
      var text = argument.uppercased()
      if text.hasSuffix("B") { text.removeLast() }
      var shift = 0
      if let last = text.last, let unit = units[last] {
        shift = unit
        text.removeLast()
      }
      guard let number = Int(text), number > 0, number < 1 << (60 - shift) else { return nil }
      count = number << shift
    }
  }

  func validate() throws {
    if file != nil, expression != nil { throw ValidationError("Give a file or -e EXPR, not both.") }
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be between 1 and 1024.") }
  }

  /// What a session is told beside the program.
  /// - Throws: `Diagnostic` for what isn't built.
  func sessionOptions() throws -> SessionOptions {
    try requireBuilt()
    var options = SessionOptions()
    options.dims = Dictionary(dims.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
    options.settings = settings.map { .init(name: $0.name, value: $0.value) }
    options.parameterFile = params
    options.precision = dtype
    options.threads = threads ?? max(1, min(1024, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    options.memoryLimit = memoryLimit
    options.trapsNaN = trapNan
    options.numbers = Console.outputIsTerminal ? .short : .exact
    return options
  }

  /// Reads the program. Without a file and an expression it is standard input.
  /// - Parameter files: where arrays and imports come from.
  /// - Throws: `Diagnostic` for what can't be read or isn't built.
  func session(files: DiskFiles = DiskFiles()) throws -> Session {
    let options = try sessionOptions()
    if let expression {
      return Session(
        SourceFile(name: "<expression>", text: expression), form: .expression, options: options, files: files)
    }
    if let file, file != "-" {
      let folder = file.lastIndex(of: "/").map { $0 == file.startIndex ? "/" : String(file[..<$0]) } ?? "."
      let bytes = try MappedFile(path: file).withUnsafeBytes { Array($0) }
      return Session(SourceFile(name: file, bytes: bytes), folder: folder, options: options, files: files)
    }
    let bytes = try MappedFile(path: "<stdin>", descriptor: STDIN_FILENO).withUnsafeBytes { Array($0) }
    return Session(SourceFile(name: "<stdin>", bytes: bytes), options: options, files: files)
  }

  /// Bytes that an evaluation may take.
  var memoryLimit: Int { maxMemory?.count ?? max(1 << 28, PhysicalMemory.bytes / 2) }

  /// An array on its way into a file, mapped where it would take too much of the memory.
  func arrayOutput(_ path: String, _ shape: [Int], _ dtype: ElementType) throws -> ArrayOutput {
    try ArrayOutput(
      path: path, shape: shape, dtype: dtype, mappingLimit: min(PhysicalMemory.bytes / 4, memoryLimit / 2))
  }

  /// Refuses to read both the program and samples from standard input.
  func validate(inputs paths: [String]) throws {
    let count = paths.count { $0 == "-" } + (file == "-" ? 1 : 0)
    if count > 1 { throw ValidationError("Only one thing can be read from standard input (-).") }
  }

  /// The session of a command that wants to be told which program.
  func requiredSession() throws -> Session {
    if file == nil, expression == nil { throw ValidationError("Give a file or -e EXPR; - is standard input.") }
    return try session()
  }

  /// Whether there is a program to read.
  var hasProgram: Bool { file != nil || expression != nil || !Console.inputIsTerminal }

  private func requireBuilt() throws {
    switch backend {
    case .auto, .tiles: return
    case .native: throw Unbuilt.feature("--backend native", instead: "the same on the processor:  --backend auto")
    case .cuda:
      guard let library = dlopen("libcuda.so.1", RTLD_LAZY) else {
        throw Diagnostic(
          .error, .noGPU, "no CUDA driver found (libcuda.so.1); nothing was written",
          hints: [.init("the same on the processor:  --backend auto")])
      }
      dlclose(library)
      throw Unbuilt.feature("--backend cuda", instead: "the same on the processor:  --backend auto")
    }
  }
}

extension Precision: ExpressibleByArgument {}

/// Parts of the tool that later versions will have.
enum Unbuilt {
  /// The message for one of them; the run ends with exit status 3.
  static func feature(_ name: String, instead: String? = nil) -> Diagnostic {
    Diagnostic(.error, .notBuilt, "\(name) is not built yet", hints: instead.map { [.init($0)] } ?? [])
  }
}
