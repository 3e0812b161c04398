import EnergyBuiltins
import EnergyIR
import EnergySyntax
import EnergyText

extension Elaborator {
  /// `plot E over [a, b] x [c, d] with data X to "f.svg"`.
  func draw(_ plot: PlotStatement, _ statement: Statement, _ tree: SyntaxTree) {
    let span = tree[plot.value].span
    let scope = Scope(tree)
    let parts: (Program.Subject, Program.Plot)? = attempt {
      let subject = try energySubject(value(plot.value, scope), of: "plot", at: span)
      let boxes = try plot.boxes.map { box in
        Program.Plot.Interval(
          lower: try scalar(box.lower, scope, "the end of an axis"),
          upper: try scalar(box.upper, scope, "the end of an axis"), span: box.span)
      }
      let data = try plot.data.map { try points($0, scope) }
      return (subject, Program.Plot(boxes: boxes, data: data, path: plot.path?.text))
    }
    guard let (subject, description) = parts else { return }
    program.actions.append(
      .init(verb: .plot(description), subject: subject, text: text(span), span: statement.span))
  }

  /// Points to draw: a number each, or a row each.
  private func points(_ id: ExprID, _ scope: Scope) throws -> NodeID {
    let span = scope.tree[id].span
    let data = try tensor(id, scope)
    try refuseBoolean(data, at: span)
    guard (1...2).contains(graph[data.node].rank) else {
      throw Diagnostic(
        .error, .shape, "the data of a plot are a matrix with a row for each point, not \(typeText(data))", at: span)
    }
    return data.node
  }
}
