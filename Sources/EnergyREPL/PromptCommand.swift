/// What can be said to the prompt itself.
enum PromptCommand: String, CaseIterable {
  case help, type, load, reload, save, set, params, time, steps, emit, plot, check, vars, clear, undo, quit

  /// How it is called.
  var usage: String {
    switch self {
    case .help: ":help [NAME]"
    case .type: ":type EXPR"
    case .load: ":load FILE"
    case .reload: ":reload"
    case .save: ":save FILE"
    case .set: ":set [NAME=VALUE]"
    case .params: ":params [FILE]"
    case .time: ":time STATEMENT"
    case .steps: ":steps EXPR"
    case .emit: ":emit TARGET E"
    case .plot: ":plot E"
    case .check: ":check [E]"
    case .vars: ":vars"
    case .clear: ":clear"
    case .undo: ":undo"
    case .quit: ":quit"
    }
  }

  /// What it does, in half a line.
  var summary: String {
    switch self {
    case .help: "this list, or what ?NAME says"
    case .type: "the type of an expression; nothing is computed"
    case .load: "runs a file; its definitions stay"
    case .reload: "reads all loaded files again, and what they load"
    case .save: "writes all definitions into a file"
    case .set: "gives a parameter or a size a value; NAME= takes it back"
    case .params: "parameters and data with their values; or values from a file"
    case .time: "runs a statement and says how long it took"
    case .steps: "the rules that lead to a score or another derivative"
    case .emit: "an energy as source (c, cuda, latex), as the statement emit; to \"FILE\""
    case .plot: "a picture of an energy, as the statement plot; over [-3, 3] to \"FILE\""
    case .check: "tests an energy, or all of them"
    case .vars: "all names with their types"
    case .clear: "forgets all definitions"
    case .undo: "takes the last change back"
    case .quit: "leaves, as Ctrl-D does"
    }
  }

  /// Whether what follows is the name of a file.
  var takesFile: Bool { [.load, .save, .params].contains(self) }
}
