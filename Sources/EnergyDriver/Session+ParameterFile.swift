import EnergyData
import EnergyIR
import EnergySemantics
import EnergyText

extension Session.SettingValue {
  /// Why a size is as it is, where the value of a parameter says so.
  func reason(_ parameter: String) -> String { span == nil ? "\(parameter) (\(origin))" : origin }
}

extension Session {
  /// Takes values for all parameters that the file of parameters names and `--set` doesn't.
  func readParameterFile() {
    guard let path = options.parameterFile else { return }
    do {
      guard ArrayArchive.isArchive(path) else {
        throw Diagnostic(
          .error, .option, "--params takes a .npz, .safetensors or .json file, and '\(path)' isn't called like one",
          hints: [.init("one value: --set NAME=VALUE")])
      }
      let archive = try files.archive(at: path)
      let match = ParameterNames(
        archive.names, among: program.parameters.map(\.name),
        additions: networkNames.count == 1 ? networkNames.map { $0 + "." } : [])
      let sizes = declaredSizes()
      for parameter in program.parameters where settings[parameter.symbol] == nil {
        guard let key = match.keys[parameter.name] else { continue }
        do {
          try read(parameter, key, archive, sizes)
        } catch let diagnostic as Diagnostic {
          diagnostics.append(diagnostic)
        }
      }
      if let warning = unusedNames(match, path) { diagnostics.append(warning) }
    } catch let diagnostic as Diagnostic {
      diagnostics.append(diagnostic)
    } catch {
      diagnostics.append(Diagnostic(.error, .file, "--params \(path): \(error)"))
    }
  }

  /// Names of networks; an energy's own has one name at several sizes.
  private var networkNames: Set<String> { Set(program.networks.map(\.name)) }

  /// What is known of sizes without the values of parameters.
  func declaredSizes() -> SizeTable {
    var sizes = SizeTable()
    addFacts(to: &sizes)
    // Sizes that disagree are reported where values are needed, with all places.
    return (try? sizes.solve()) == nil ? SizeTable() : sizes
  }

  private func read(
    _ parameter: Program.Parameter, _ key: String, _ archive: ArrayArchive, _ sizes: SizeTable
  ) throws {
    let array = try archive.array(named: key)
    let symbol = graph[parameter.symbol]
    let fits =
      array.shape.count == symbol.shape.count
      && zip(symbol.shape, array.shape).allSatisfy { size, length in (size.value(sizes.values) ?? length) == length }
    guard fits, array.count > 0 else {
      let renamed = key == parameter.name ? "" : " as '\(key)'"
      throw Diagnostic(
        .error, .shape,
        "\(parameter.name) is \(type(of: parameter, sizes)); \(archive.name) has \(Self.typeText(array.shape))\(renamed)",
        at: parameter.span.end > parameter.span.start ? parameter.span : nil,
        hints: [.init("a value that fits: --set \(parameter.name)=\(example(parameter, sizes: sizes))")])
    }
    let values = array.doubles()
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      let place = FolderLoader.place(index, array.shape)
      throw Diagnostic(
        .error, .value, "\(array.name): \(place) is \(NumberStyle.exact.text(values[index]))",
        hints: [.init("if that is meant: param \(symbol.name) = load(\"…\", name = \"\(key)\", allow_nan = true)")])
    }
    settings[parameter.symbol] = SettingValue(
      data: TensorData(
        shape: array.shape, values: values, type: array.storesIntegers ? .int : .real, isSingle: array.dtype == .f32),
      origin: archive.name, span: nil)
  }

  /// One warning for all names of the file that no parameter has.
  private func unusedNames(_ match: ParameterNames, _ path: String) -> Diagnostic? {
    guard !match.unused.isEmpty else { return nil }
    var seen: Set<String> = []
    let names = program.parameters.map(\.name).filter { seen.insert($0).inserted }
    let shown = match.unused.prefix(8).map { name in
      let meant = didYouMean(match.addition + name.dropFirst(match.prefix.count), among: names)
      return name + (meant.map { " (did you mean '\($0)'?)" } ?? "")
    }
    let rest = match.unused.count > 8 ? ", … (\(match.unused.count) in all)" : ""
    let hint = names.isEmpty ? "this program has no parameters" : "its parameters: " + names.joined(separator: ", ")
    return Diagnostic(
      .warning, .unusedName, "\(path): no parameter is called \(shown.joined(separator: ", "))\(rest)",
      hints: [.init(hint)])
  }
}
