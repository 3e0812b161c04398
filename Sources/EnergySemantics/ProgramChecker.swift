import EnergyIR
import EnergySyntax
import EnergyText
import Foundation

/// Checks sources and elaborates them into graphs: one file of definitions and statements, then any number of bare
/// expressions that see its definitions.
public final class ProgramChecker {
  private let elaborator: Elaborator

  /// A checker without definitions.
  ///
  /// - Parameters:
  ///   - graph: The arena that all nodes go to.
  ///   - options: Sizes set from outside, and limits.
  ///   - loader: Reads what the source loads.
  ///   - sources: Finds the files that the source imports.
  ///   - operators: Differentiates for `grad score hessian laplacian hvp`.
  public init(
    graph: Graph = Graph(), options: ElaborationOptions = .init(), loader: any DataLoader = NoDataLoader(),
    sources: any SourceProvider = NoSources(), operators: any DifferentialOperators
  ) {
    elaborator = Elaborator(graph: graph, options: options, loader: loader, provider: sources, operators: operators)
  }

  /// What has been checked so far.
  public var program: Program { elaborator.program }

  /// Checks a file; the result holds everything that is right in it, and the messages about the rest.
  public func check(_ tree: SyntaxTree) -> Program { check([ProgramPart(tree)]) }

  /// Checks a program of several texts, which see each other's names.
  public func check(_ parts: [ProgramPart]) -> Program {
    let elaborator = elaborator
    onDeepStack { elaborator.elaborate(parts) }
    return elaborator.program
  }

  /// Checks a bare expression. With a free `x` it is an energy of `x`; other unknown names are then parameters, with
  /// shapes inferred from use.
  ///
  /// - Parameters:
  ///   - tree: Parsed in mode `.expression`.
  ///   - inventsParameters: Whether unknown names beside `x` become parameters.
  /// - Returns: `nil` where the expression is in error; `program.diagnostics` says why.
  public func checkExpression(_ tree: SyntaxTree, inventsParameters: Bool = true) -> Program.Subject? {
    checkExpression(ProgramPart(tree), inventsParameters: inventsParameters)
  }

  /// The same for one of several statements of a text.
  public func checkExpression(_ part: ProgramPart, inventsParameters: Bool = true) -> Program.Subject? {
    let elaborator = elaborator
    var result: Program.Subject?
    onDeepStack { result = elaborator.elaborateExpression(part, inventsParameters: inventsParameters) }
    return result
  }
}

/// Runs `body` on a thread whose stack holds the deepest nesting that the limits allow, and waits for it.
private func onDeepStack(_ body: @escaping () -> Void) {
  // The caller waits, so nothing is used by two threads at a time.
  nonisolated(unsafe) let work = body
  let done = DispatchSemaphore(value: 0)
  let thread = Thread {
    work()
    done.signal()
  }
  thread.stackSize = 1 << 29
  thread.start()
  done.wait()
}
