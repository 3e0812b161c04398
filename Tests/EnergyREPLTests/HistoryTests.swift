import EnergyREPL
import Foundation
import Testing

@Suite struct HistoryTests {
  @Test func sharing() throws {
    try withFolder { folder in
      let path = folder + "/state/energy/history"
      let (one, two) = (HistoryFile(path: path), HistoryFile(path: path))
      #expect(one.newEntries() == [])
      #expect(one.append("let a = 1") == ["let a = 1"])
      #expect(two.append("[1,\n2]") == ["let a = 1", "[1,\n2]"])
      #expect(one.newEntries() == ["[1,\n2]"])
      #expect(one.newEntries() == [])
      // What repeats the last input, or begins with a blank, is no new entry.
      #expect(one.append("let a = 1") == [])
      #expect(one.append(" secret") == [])
      #expect(one.append("\"a\\n\" \\") == ["\"a\\n\" \\"])
      #expect(HistoryFile(path: path).newEntries() == ["let a = 1", "[1,\n2]", "\"a\\n\" \\"])
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
  }

  @Test func limit() throws {
    try withFolder { folder in
      let path = folder + "/history"
      let (one, two) = (HistoryFile(path: path, limit: 8), HistoryFile(path: path, limit: 8))
      for number in 1...30 { _ = one.append("\(number)") }
      let kept = HistoryFile(path: path).newEntries()
      #expect(kept.count <= 10 && kept.last == "30", "\(kept)")
      // Another session goes on with the shortened file.
      _ = two.newEntries()
      _ = one.append("31")
      #expect(two.newEntries() == ["31"])
    }
  }

  @Test func unwritable() {
    let history = HistoryFile(path: "/proc/nothing/history")
    #expect(history.append("1") == ["1"])
    #expect(history.newEntries() == [])
  }

  @Test func folders() {
    let plain = UserFolders { ["HOME": "/home/ada"][$0] }
    #expect(plain.history == "/home/ada/.local/state/energy/history")
    #expect(plain.startup == "/home/ada/.config/energy/rc.energy")
    let moved = UserFolders { ["HOME": "/h", "XDG_STATE_HOME": "/s", "XDG_CONFIG_HOME": "relative"][$0] }
    #expect(moved.history == "/s/energy/history")
    #expect(moved.startup == "/h/.config/energy/rc.energy")
    #expect(UserFolders { _ in nil }.history == nil)
  }
}
