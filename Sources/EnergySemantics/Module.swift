import EnergySyntax
import EnergyText

/// A source with the names of its top level: the program, a file it imports, or a text of the standard library.
final class Module {
  /// An import that a statement asks for, with the module that has it.
  struct Dependency {
    let module: Module
    /// The path, or the name in the standard library.
    let span: Span
    /// Whether following it would lead back here.
    var closesCycle = false
  }

  /// Where a source was asked for.
  struct Importer {
    unowned let module: Module
    let span: Span
  }

  /// Its texts: one, unless it is a program of several.
  let parts: [ProgramPart]
  /// Its place among the program's folders: `models/parts.energy` is `["models", "parts"]`.
  let components: [String]
  /// Who asked for it first, and where.
  let importer: Importer?
  /// Everything its top level names, imports included.
  private(set) var definitions: [String: Definition] = [:]
  /// The same in the order of the text.
  private(set) var order: [Definition] = []
  /// What its imports lead to, by the place of the path or name.
  var dependencies: [Dependency] = []
  /// What definitions elsewhere are called here.
  private(set) var aliases: [Definition: String] = [:]

  init(_ parts: [ProgramPart], components: [String], importer: Importer?) {
    self.parts = parts
    self.components = components
    self.importer = importer
  }

  /// What messages call it.
  var name: String { parts.last?.tree.source.name ?? "" }

  /// What the paths in one of its texts are relative to; `nil` for the program's own folder.
  func folder(of file: Int) -> String? { parts.first { $0.tree.file == file }?.folder }

  /// Whether one of its texts has this number.
  func has(file: Int) -> Bool { parts.contains { $0.tree.file == file } }

  func enter(_ definition: Definition) {
    definitions[definition.name.text] = definition
    order.append(definition)
    if case .imported(let target?) = definition.kind, aliases[target] == nil { aliases[target] = definition.name.text }
  }

  /// What a name means here. An imported energy keeps its definition of here, whose name its parameters carry;
  /// everything else is the definition it was imported from.
  func definition(_ name: String) -> Definition? {
    guard let found = definitions[name] else { return nil }
    if case .imported(let target?) = found.kind, !target.isEnergy { return target }
    return found
  }
}
