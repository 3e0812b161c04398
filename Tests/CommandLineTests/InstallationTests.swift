import Foundation
import Testing

/// `make install`, `make uninstall` and `make dist`, with the program as it was built beside the tests.
@Suite struct InstallationTests {
  private static let environment = ["PATH": "/usr/bin:/bin"]

  private func script(_ name: String, _ arguments: [String], in folder: URL) throws -> (Int32, String) {
    let program = try RunningProgram(
      arguments, in: folder, url: root.appendingPathComponent("scripts/\(name)"), environment: Self.environment)
    return (program.status(), program.output + program.errors)
  }

  private func shell(_ name: String) -> URL? {
    ["/usr/bin/\(name)", "/bin/\(name)", "/usr/local/bin/\(name)"].first {
      FileManager.default.isExecutableFile(atPath: $0)
    }.map { URL(fileURLWithPath: $0) }
  }

  /// Files below a folder, by their paths in it.
  private func files(in folder: URL) -> [String] {
    let all = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    return all.filter { path in
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: folder.appendingPathComponent(path).path, isDirectory: &isFolder)
      return !isFolder.boolValue
    }.sorted()
  }

  @Test func installsAndUninstalls() throws {
    try withFolder { folder in
      let prefix = folder.appendingPathComponent("a place")
      let (status, text) = try script("install.sh", [Program.url.path, prefix.path], in: folder)
      try #require(status == 0, "\(text)")
      let installed = [
        "bin/energy", "share/bash-completion/completions/energy", "share/fish/vendor_completions.d/energy.fish",
        "share/man/man1/energy.1", "share/zsh/site-functions/_energy",
      ]
      #expect(files(in: prefix) == installed)
      let program = try RunningProgram(
        ["eval", "-e", "logsumexp(x)", "--input", "-"], in: URL(fileURLWithPath: "/"),
        url: prefix.appendingPathComponent("bin/energy"), environment: Self.environment)
      #expect(program.status() == 1)
      let version = try RunningProgram(
        ["--version"], in: URL(fileURLWithPath: "/"), url: prefix.appendingPathComponent("bin/energy"))
      #expect(version.status() == 0)
      #expect(version.output.hasPrefix("energy 0."))
      #expect(try script("uninstall.sh", [prefix.path], in: folder).0 == 0)
      #expect(files(in: prefix) == [])
    }
  }

  @Test func completionsAreSoundAndKnowTheCommands() throws {
    try withFolder { folder in
      let prefix = folder.appendingPathComponent("p")
      try #require(try script("install.sh", [Program.url.path, prefix.path], in: folder).0 == 0)
      for (name, file) in [
        ("bash", "bash-completion/completions/energy"), ("zsh", "zsh/site-functions/_energy"),
        ("fish", "fish/vendor_completions.d/energy.fish"),
      ] {
        guard let shell = shell(name) else { continue }
        let path = prefix.appendingPathComponent("share/\(file)").path
        let check = try RunningProgram(["-n", path], in: folder, url: shell)
        #expect(check.status() == 0, "\(name): \(check.errors)")
      }
      guard let bash = shell("bash") else { return }
      let file = prefix.appendingPathComponent("share/bash-completion/completions/energy").path
      try "energy left(x : real) = x\nenergy right(x : real) = -x\n"
        .write(to: folder.appendingPathComponent("two.energy"), atomically: true, encoding: .utf8)
      let ask = """
        source '\(file)'
        words() { COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
          COMP_TYPE=9; COMP_KEY=9; COMPREPLY=(); _energy energy "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
          echo "${COMPREPLY[@]}"; }
        words energy ev
        words energy eval --dtype f
        words energy eval two.energy --energy r
        """
      let path = prefix.appendingPathComponent("bin").path + ":/usr/bin:/bin"
      let answer = try RunningProgram(["-c", ask], in: folder, url: bash, environment: ["PATH": path])
      #expect(answer.status() == 0, "\(answer.errors)")
      #expect(answer.output == "eval\nf64 f32\nright\n", "\(answer.errors)")
    }
  }

  /// The formatter of manual pages has nothing to complain of.
  @Test func theManualIsSound() throws {
    guard let groff = shell("groff") else { return }
    let page = root.appendingPathComponent("docs/energy.1").path
    let run = try RunningProgram(["-man", "-Tutf8", "-wall", "-z", page], in: root, url: groff)
    #expect(run.status() == 0)
    #expect(run.errors == "")
  }

  /// An archive is only made of a program that runs without Swift's runtime.
  @Test func anArchiveNeedsTheRuntimeInside() throws {
    try withFolder { folder in
      let (status, text) = try script("dist.sh", [Program.url.path, folder.path], in: folder)
      if status == 0 {
        #expect(text.contains("energy-"))
      } else {
        #expect(text.contains("needs Swift's runtime"))
      }
    }
  }
}

@Suite struct VersionTests {
  /// The first line is for scripts; the others say what the program is made of and finds here.
  @Test func saysWhatItIs() throws {
    let outcome = try withFolder { try Program.run(["--version"], in: $0) }
    let lines = outcome.output.split(separator: "\n").map(String.init)
    try #require(lines.count == 5, "\(outcome.output)")
    #expect(lines[0].wholeMatch(of: #/energy \d+\.\d+\.\d+/#) != nil)
    #expect(lines[1].wholeMatch(of: #/  build     (debug|release), Swift 6\..*/#) != nil)
    #expect(lines[2].wholeMatch(of: #/  vectors   (baseline|avx2|avx512)/#) != nil)
    #expect(lines[3].wholeMatch(of: #/  BLAS      OpenBLAS \d+\.\d+\.\d+.*/#) != nil)
    #expect(
      lines[4].wholeMatch(of: #/  GPU       (no CUDA driver \(libcuda\.so\.1\)|a CUDA driver|CUDA driver \d+\.\d+)/#)
        != nil)
  }

  @Test func asADocument() throws {
    let outcome = try withFolder { try Program.run(["--version", "--json"], in: $0) }
    let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    #expect(Set(object?.keys ?? [:].keys) == ["ok", "version", "build", "vector_level", "blas", "gpu"])
  }
}
