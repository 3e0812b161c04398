/// Where a user's files of the prompt are, as the XDG Base Directory Specification (version 0.8) says.
public struct UserFolders: Sendable {
  /// The inputs of all sessions; `nil` where no folder is known.
  public let history: String?
  /// The file that is loaded before the first prompt.
  public let startup: String?

  /// The folders that an environment says.
  public init(_ variable: (String) -> String?) {
    let home = variable("HOME")
    func folder(_ name: String, _ fallback: String) -> String? {
      // What isn't absolute is to be ignored.
      if let given = variable(name), given.hasPrefix("/") { return given }
      return home.map { "\($0)/\(fallback)" }
    }
    history = folder("XDG_STATE_HOME", ".local/state").map { $0 + "/energy/history" }
    startup = folder("XDG_CONFIG_HOME", ".config").map { $0 + "/energy/rc.energy" }
  }
}
