import ArgumentParser
import EnergyData
import EnergyDriver
import EnergyText

extension CompletionKind {
  /// The energies of the file that stands on the command line so far.
  static var energyNames: CompletionKind {
    .custom { words, _, _ in
      guard let path = words.last(where: { $0.hasSuffix(".energy") }),
        let bytes = try? MappedFile(path: path).withUnsafeBytes({ Array($0) })
      else { return [] }
      let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
      let session = Session(SourceFile(name: path, bytes: bytes), folder: folder, files: DiskFiles())
      return session.energies.map(\.name)
    }
  }
}
