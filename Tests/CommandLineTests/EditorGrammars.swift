import EnergyBuiltins
import EnergySemantics
import EnergySyntax
import Foundation

/// What editors colour, from the tables of the program.
enum EditorWords {
  static let functions = Set(BuiltinFunction.allNames + SpecialFunction.all.map(\.name)).sorted()
  static let types = LanguageType.all.map(\.name).sorted()
  static let logical = ["and", "not", "or"]
  static let control = LanguageWords.inner.filter { !logical.contains($0) }
}

/// grammar/energy.tmLanguage.json: a TextMate grammar, as Visual Studio Code and many others read it.
enum TextMateGrammar {
  struct Rule {
    let name: String
    let scope: String
    let pattern: String
    /// Where the match ends, for what has a beginning and an end.
    var end: String?
    var captures: [Int: String] = [:]
    /// Within it.
    var escape: String?
  }

  private static let letter = #"[\p{L}\p{M}\p{Nd}_₀-₉]"#
  private static let name = #"[\p{L}_]"# + letter + "*"

  private static func words(_ list: [String]) -> String {
    "(?<!\(letter)|\\.)(?:\(list.joined(separator: "|")))(?!\(letter))"
  }

  /// In the order in which they are tried.
  static let rules: [Rule] = [
    Rule(name: "comment", scope: "comment.line.number-sign.energy", pattern: "#.*$"),
    Rule(
      name: "string", scope: "string.quoted.double.energy", pattern: "\"", end: "\"|$",
      escape: #"\\["\\nt]"#),
    Rule(
      name: "definition", scope: "meta.definition.energy",
      pattern: "^(energy|fn)\\s+(\(name))|^(data|dim|let|param)\\s+(\(name))",
      captures: [
        1: "keyword.other.energy", 2: "entity.name.function.energy", 3: "keyword.other.energy",
        4: "variable.other.definition.energy",
      ]),
    Rule(
      name: "type", scope: "meta.type.energy",
      // Behind the colon of a sum row(…) is a function.
      pattern: ":\\s*(interval|(?:\(EditorWords.types.joined(separator: "|")))(?!\(letter)|\\s*\\())(?!\(letter))",
      captures: [1: "support.type.energy"]),
    Rule(name: "statement", scope: "keyword.other.energy", pattern: words(LanguageWords.statementHeads)),
    Rule(name: "logical", scope: "keyword.operator.logical.energy", pattern: words(EditorWords.logical)),
    Rule(name: "control", scope: "keyword.control.energy", pattern: words(EditorWords.control)),
    Rule(name: "constant", scope: "constant.language.energy", pattern: words(LanguageWords.constants)),
    Rule(
      name: "function", scope: "support.function.energy", pattern: words(EditorWords.functions) + "(?=\\s*\\()"),
    Rule(
      name: "number", scope: "constant.numeric.energy",
      pattern: "(?<!\(letter))(?:\\d[\\d_]*(?:\\.\\d[\\d_]*)?|\\.\\d[\\d_]*)(?:[eE][+-]?\\d[\\d_]*)?"),
    Rule(name: "superscript", scope: "constant.numeric.superscript.energy", pattern: "⁻?[⁰¹²³⁴-⁹]+"),
    Rule(name: "transpose", scope: "keyword.operator.transpose.energy", pattern: "\\^\\s*T(?!\(letter))|[ᵀ⊤']"),
    Rule(name: "comparison", scope: "keyword.operator.comparison.energy", pattern: "==|!=|<=|>=|[<>≤⩽≥⩾≠]"),
    Rule(name: "range", scope: "keyword.operator.range.energy", pattern: "\\.\\."),
    Rule(name: "mathematical", scope: "keyword.operator.mathematical.energy", pattern: "[∇‖]"),
    Rule(name: "arithmetic", scope: "keyword.operator.arithmetic.energy", pattern: "[-+*/@^·⋅∙×⨯−]"),
    Rule(name: "assignment", scope: "keyword.operator.assignment.energy", pattern: "="),
  ]

  static let text: String = {
    let includes = rules.map { "    { \"include\": \"#\($0.name)\" }" }.joined(separator: ",\n")
    let entries = rules.map { "    \(quoted($0.name)): \(entry($0))" }.joined(separator: ",\n")
    return """
      {
        "information_for_contributors": "Made from the tables of the program: make golden",
        "name": "energy",
        "scopeName": "source.energy",
        "fileTypes": ["energy"],
        "patterns": [
      \(includes)
        ],
        "repository": {
      \(entries)
        }
      }

      """
  }()

  private static func entry(_ rule: Rule) -> String {
    var fields = ["\"name\": \(quoted(rule.scope))"]
    if let end = rule.end {
      fields += ["\"begin\": \(quoted(rule.pattern))", "\"end\": \(quoted(end))"]
    } else {
      fields.append("\"match\": \(quoted(rule.pattern))")
    }
    if let escape = rule.escape {
      let inner = "{ \"name\": \"constant.character.escape.energy\", \"match\": \(quoted(escape)) }"
      fields.append("\"patterns\": [\(inner)]")
    }
    if !rule.captures.isEmpty {
      let captures = rule.captures.sorted { $0.key < $1.key }
      let list = captures.map { "\"\($0.key)\": { \"name\": \(quoted($0.value)) }" }.joined(separator: ", ")
      fields.append("\"captures\": { \(list) }")
    }
    return "{ \(fields.joined(separator: ", ")) }"
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}

/// grammar/energy.vim: a syntax file for vim.
enum VimSyntax {
  static let text = """
    " Vim syntax file of the energy language, made from the tables of the program: make golden
    " grammar/README.md says how to install it.
    if exists("b:current_syntax")
      finish
    endif
    syn case match
    syn sync minlines=50

    " What stands further down wins where two match.
    syn match energyOperator "[-+*/@^=<>·⋅∙×⨯−≤⩽≥⩾≠∇‖]\\|\\.\\.\\|!="
    syn match energyOperator "\\^\\s*T\\>\\|[ᵀ⊤']"
    syn match energyNumber "\\<\\d[0-9_]*\\%(\\.\\d[0-9_]*\\)\\=\\%([eE][+-]\\=\\d[0-9_]*\\)\\=\\|\\.\\d[0-9_]*\\%([eE][+-]\\=\\d[0-9_]*\\)\\="
    syn match energyNumber "⁻\\=[⁰¹²³⁴⁵⁶⁷⁸⁹]\\+"
    syn match energyFunction "\\<\\%(\(EditorWords.functions.joined(separator: "\\|"))\\)\\ze\\s*("
    syn match energyType ":\\s*\\zs\\%(interval\\>\\|\\%(\(EditorWords.types.joined(separator: "\\|"))\\)\\>\\%(\\s*(\\)\\@!\\)"
    syn match energyDefinition "\\%(\\<\\%(energy\\|fn\\)\\s\\+\\)\\@<=\\k\\+"
    syn keyword energyStatement \(LanguageWords.statementHeads.joined(separator: " "))
    syn keyword energyLogical \(EditorWords.logical.joined(separator: " "))
    syn keyword energyKeyword \(EditorWords.control.joined(separator: " "))
    syn keyword energyConstant \(LanguageWords.constants.joined(separator: " "))
    syn match energyEscape "\\\\[\\"\\\\nt]" contained
    syn region energyString start=+"+ skip=+\\\\.+ end=+"+ oneline contains=energyEscape
    syn match energyComment "#.*$" contains=@Spell

    hi def link energyOperator Operator
    hi def link energyNumber Number
    hi def link energyFunction Function
    hi def link energyType Type
    hi def link energyDefinition Identifier
    hi def link energyStatement Statement
    hi def link energyLogical Operator
    hi def link energyKeyword Keyword
    hi def link energyConstant Constant
    hi def link energyEscape SpecialChar
    hi def link energyString String
    hi def link energyComment Comment

    let b:current_syntax = "energy"

    """
}
