import Foundation
import Testing

/// The numbered examples with the energies that are compared with references.
enum Examples {
  struct Case: CustomTestStringConvertible, Sendable, Codable {
    let file: String
    let energy: String
    var testDescription: String { "\(file) \(energy)" }
  }

  /// One case for each file of references, which names its example and energy.
  static let all: [Case] = {
    let folder = Model.root.appendingPathComponent("Tests/References")
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.first?.isNumber == true && $0.hasSuffix(".json") }.sorted().compactMap { file in
      guard let data = try? Data(contentsOf: folder.appendingPathComponent(file)),
        let reference = try? JSONDecoder().decode(Reference.self, from: data)
      else { return nil }
      return Case(file: reference.example + ".energy", energy: reference.energy_name)
    }
  }()

  private struct Reference: Codable {
    let example: String
    let energy_name: String
  }
}
