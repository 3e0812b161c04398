import Foundation
import Testing

@testable import EnergyCodegen
@testable import EnergyDriver

/// Cases that are emitted, compiled and run together.
struct ParityCheck {
  let cases: [PreparedCase]
  let target: ArtefactBatch.Target
  /// How the functions of each case run; those of C run one way.
  private let strategies: [[EmissionRequest.What: Strategy]]
  /// Numbers of rows: blocks, warps and lanes that are full, lack a row or have one too many.
  var counts = [1, 31, 33, 127, 128, 129, 300]
  /// Rows of one more call, of which only the last blocks are computed; for more numbers than 32 bits count.
  var longest: Int? = nil

  init(_ cases: [PreparedCase], _ target: ArtefactBatch.Target) throws {
    self.cases = cases
    self.target = target
    strategies = try cases.map { item in
      guard target == .cuda else { return [:] }
      return try CUDASource(item.request).functions.reduce(into: [:]) { $0[$1.what] = $1.strategy }
    }
  }

  /// The first thing that is wrong with each function of each case; nothing where all is well.
  func problems(flags: [String] = ["-O0"], edit: (String) throws -> String = { $0 }) throws -> [String] {
    let batch = try ArtefactBatch(cases.map(\.request), target, flags: flags, edit: edit)
    let jobs = cases.indices.flatMap(jobs)
    let results = try batch.run(jobs)
    var found: [String] = []
    var known: Set<String> = []
    var plain: [String: [Double]] = [:]
    for (job, result) in zip(jobs, results) {
      let label = "\(cases[job.artefact].item.name) \(cases[job.artefact].precision) \(job.what.rawValue)"
      guard !known.contains(label) else { continue }
      var problem = problem(job, result)
      // Pointers that are not aligned, and other orders of threads, change no bit.
      let key = "\(label) \(job.rows) \(job.samples.count)"
      if job.order == .ascending, job.misalignment == 0, !job.flags.contains(.countsSectors) {
        plain[key] = result.values
      } else if problem == nil, let same = plain[key], same != result.values, !same.contains(where: \.isNaN) {
        problem = "other bits with \(job.order) threads, moved by \(job.misalignment)"
      }
      guard let problem else { continue }
      known.insert(label)
      found.append("\(label), n = \(job.rows), \(job.order), moved by \(job.misalignment): \(problem)")
    }
    return found
  }

  private func jobs(_ index: Int) -> [ArtefactBatch.Job] {
    let item = cases[index]
    var jobs: [ArtefactBatch.Job] = []
    func add(_ what: EmissionRequest.What, _ rows: Int, _ change: (inout ArtefactBatch.Job) -> Void = { _ in }) {
      var job = ArtefactBatch.Job(artefact: index, what: what, rows: rows, samples: item.x)
      change(&job)
      jobs.append(job)
    }
    for entry in item.request.entryPoints {
      guard entry.what != .gradient else {
        // The sum over the points themselves is known. Many rows have several blocks each; a matrix of long rows has a
        // million entries in each of them.
        for rows in [1, item.item.rows, item.item.width < 100 ? 2500 : 300] { add(.gradient, rows) }
        continue
      }
      for rows in entry.what == .energyScore ? counts : [counts[0], counts[counts.count / 2], counts[counts.count - 1]]
      {
        add(entry.what, rows)
      }
      add(entry.what, counts[counts.count - 1]) { $0.misalignment = 1 }
      guard target == .cuda else { continue }
      for order in [ArtefactBatch.Order.descending, .shuffled] {
        add(entry.what, counts[counts.count - 1]) { $0.order = order }
      }
      if let longest { add(entry.what, longest) { $0.lastBlocks = 64 } }
      let kind = strategies[index][entry.what]?.kind
      guard kind != .localFrame, kind != .workspaceFrame else { continue }
      add(entry.what, 256) { $0.flags = .countsSectors }
    }
    return jobs
  }

  // MARK: One result

  private func problem(_ job: ArtefactBatch.Job, _ result: ArtefactBatch.Result) -> String? {
    let item = cases[job.artefact]
    if !result.problem.isEmpty { return result.problem }
    if result.status != 0 { return "status \(result.status)" }
    if job.flags.contains(.countsSectors), let problem = traffic(job, result) { return problem }
    if job.what == .gradient { return gradientProblem(item, job, result) }
    let rows = min(job.rows, item.item.rows)
    let width = item.item.width
    var values = result.values[...]
    if job.what == .energy || job.what == .energyScore {
      let energies = Array(values.prefix(rows))
      values = values.dropFirst(rows)
      for row in 0..<rows {
        if let problem = difference(energies, row, item.energy[row], item.scales(row).energy, item.tolerance) {
          return "energy of row \(row + 1): \(problem)"
        }
      }
    }
    if job.what == .score || job.what == .energyScore {
      let scores = Array(values)
      for entry in 0..<rows * width {
        let row = entry / width
        if let problem = difference(scores, entry, item.score[entry], item.scales(row).score, item.tolerance) {
          return "score of row \(row + 1), entry \(entry % width + 1): \(problem)"
        }
      }
    }
    if job.what == .laplacian {
      let laplacians = Array(values)
      for row in 0..<rows {
        // Traces of second derivatives cancel: their terms are larger than they are.
        let tolerance = item.tolerance * (item.item.laplacianScale == nil ? 1000 : 10)
        if let problem = difference(laplacians, row, item.laplacian[row], item.scales(row).laplacian, tolerance) {
          return "Laplacian of row \(row + 1): \(problem)"
        }
      }
    }
    return nil
  }

  private func gradientProblem(
    _ item: PreparedCase, _ job: ArtefactBatch.Job, _ result: ArtefactBatch.Result
  ) -> String? {
    guard result.values.count == item.gradient.count else { return "\(result.values.count) entries" }
    // One row, or several rounds of them that end within one, are only compared where the sum is known.
    guard job.rows == item.item.rows else {
      return result.values.contains { !$0.isFinite } && item.gradient.allSatisfy(\.isFinite) ? "not finite" : nil
    }
    for entry in item.gradient.indices {
      let scale = item.gradientScale
      if let problem = difference(result.values, entry, item.gradient[entry], scale, item.tolerance * 10) {
        return "entry \(entry + 1): \(problem)"
      }
    }
    return nil
  }

  /// |a − b| ≤ t·(|b| + s), written so that NaN fails where the other isn't one.
  private func difference(
    _ ours: [Double], _ index: Int, _ theirs: Double, _ scale: Double, _ tolerance: Double
  ) -> String? {
    guard index < ours.count else { return "missing" }
    let value = ours[index]
    if value == theirs || (value.isNaN && theirs.isNaN) { return nil }
    if abs(value - theirs) <= tolerance * (abs(theirs) + (scale.isFinite ? scale : 0)) + 1e-35 { return nil }
    return "\(value), not \(theirs)"
  }

  /// What the strategy promises: every input is read as often as it says, in whole sectors. Frames in local or global memory are for
  /// samples that fit nowhere else, a thread each; nothing is promised of those.
  private func traffic(_ job: ArtefactBatch.Job, _ result: ArtefactBatch.Result) -> String? {
    let item = cases[job.artefact]
    let bytes = item.precision == .f64 ? 8 : 4
    if result.efficiency < 0.9 {
      return "a warp asks for \(Int(result.efficiency * 100)) % of the bytes of the sectors it touches"
    }
    let samples = job.rows * item.item.width * bytes
    let reads = strategies[job.artefact][job.what]?.rowReads ?? 1
    if Double(result.bytesRead) > 1.1 * Double(reads * samples) {
      return "reads \(result.bytesRead) bytes of samples that have \(samples)"
    }
    return nil
  }
}
