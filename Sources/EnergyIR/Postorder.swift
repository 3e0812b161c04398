/// Everything below some roots of a graph without cycles, arguments before users, each once. An explicit stack: graphs
/// may be deeper than the thread's.
/// - Parameters:
///   - arguments: what a place refers to, in order.
///   - shouldEnter: whether to go below a place; the place itself is listed in any case.
@inlinable
public func postorder<ID: Hashable>(
  _ roots: [ID], arguments: (ID) -> [ID], into shouldEnter: (ID) -> Bool = { _ in true }
) -> [ID] {
  var seen: Set<ID> = []
  var result: [ID] = []
  var stack: [(ID, Bool)] = roots.reversed().map { ($0, false) }
  while let (id, isDone) = stack.popLast() {
    if isDone {
      result.append(id)
      continue
    }
    guard seen.insert(id).inserted else { continue }
    stack.append((id, true))
    guard shouldEnter(id) else { continue }
    for argument in arguments(id).reversed() where !seen.contains(argument) { stack.append((argument, false)) }
  }
  return result
}
