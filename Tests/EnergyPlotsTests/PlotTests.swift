import EnergyDriver
import Foundation
import Testing

@testable import EnergyPlots

@Suite struct PlotTests {
  /// A normal density with mean 1 and deviation 2: its values, its score, and the integral 1.
  @Test func curvesHaveTheirValues() throws {
    let plot = try plot("energy f(x : real) = (x - 1)^2/8", box: [-11...13])
    let curve = try #require(plot.curve)
    #expect(curve.positions.count == 601 && curve.positions[0] == -11 && curve.positions[600] == 13)
    for (index, x) in curve.positions.enumerated() {
      let z = (x - 1) / 2
      #expect(abs(curve.energies[index] - z * z / 2) < 1e-12)
      #expect(abs(curve.scores[index] + z / 2) < 1e-12)
      #expect(abs(curve.densities[index] - exp(-z * z / 2) / (2 * (2 * Double.pi).squareRoot())) < 1e-8)
    }
    #expect(plot.notes.isEmpty)
    #expect(plot.table.columns == ["x", "energy", "density", "score"] && plot.table.rows == 601)
    #expect(
      Array(plot.table.values[4..<8]) == [
        curve.positions[1], curve.energies[1], curve.densities[1], curve.scores[1],
      ])
  }

  @Test func fieldsHaveTheirValues() throws {
    let plot = try plot(
      "energy f(x : vector[2]) = 0.5*x[1]^2 + 2*(x[2] - 1)^2", box: [-6...6, -3...5],
      show: [.energy, .density, .score])
    let field = try #require(plot.field)
    #expect(field.horizontal.label == "x[1]" && field.vertical.label == "x[2]")
    for row in stride(from: 0, to: field.rows, by: 7) {
      for column in stride(from: 0, to: field.columns, by: 7) {
        let x = -6 + 12 * Double(column) / 120
        let y = -3 + 8 * Double(row) / 120
        let energy = 0.5 * x * x + 2 * (y - 1) * (y - 1)
        #expect(abs(field.energies[row * 121 + column] - energy) < 1e-9)
        // The constant of this density: deviations 1 and 1/2.
        #expect(abs(field.densities[row * 121 + column] - exp(-energy) / Double.pi) < 1e-6)
      }
    }
    for (place, arrow) in zip(field.arrowPlaces, field.arrows) {
      #expect(abs(arrow.x + place.x) < 1e-9 && abs(arrow.y + 4 * (place.y - 1)) < 1e-9)
    }
    #expect(field.arrowPlaces.count == 13 * 13)
    #expect(plot.table.columns == ["x[1]", "x[2]", "energy", "density", "score[1]", "score[2]"])
    #expect(plot.table.rows == 121 * 121)
    let row = Array(plot.table.values.suffix(6))
    #expect(row[0] == 6 && row[1] == 5 && abs(row[2] - 50) < 1e-9 && abs(row[4] + 6) < 1e-9)
  }

  /// Slices run through the lowest energy, and their values are those of the energy there.
  @Test func slicesRunThroughTheMode() throws {
    let plot = try plot("energy f(x : vector[4]) = sum(i in 1..4: (x[i] - i)^2*i) + (x[1] - 1)^4")
    guard case .slices(let centre, let curves, let fields) = plot.content else {
      Issue.record("no slices")
      return
    }
    for (index, value) in centre.enumerated() { #expect(abs(value - Double(index + 1)) < 1e-4) }
    #expect(curves.map(\.axis.label) == ["x[1]", "x[2]", "x[3]", "x[4]"])
    #expect(
      fields.map { "\($0.horizontal.label) \($0.vertical.label)" } == [
        "x[1] x[2]", "x[1] x[3]", "x[2] x[3]", "x[1] x[4]", "x[2] x[4]", "x[3] x[4]",
      ])
    let third = curves[2]
    for (position, energy) in zip(third.positions, third.energies) {
      #expect(abs(energy - 3 * (position - 3) * (position - 3)) < 1e-6)
    }
    #expect(plot.notes == ["slices through the lowest energy found: (1, 2, 3, 4)"])
    #expect(plot.table.columns == ["x[1]", "x[2]", "x[3]", "x[4]", "energy"] + (1...4).map { "score[\($0)]" })
  }

  /// Where a descent has no end, slices run through the mean of the data, else through the origin.
  @Test func withoutAModeThereIsACentre() throws {
    let plane = "energy f(x : vector[3]) = x[1] + 2*x[2] + sin(x[3])"
    #expect(try plot(plane).notes == ["slices through the origin, as no energy is the lowest: (0, 0, 0)"])
    #expect(
      try plot(plane, data: [[0, 1, 2], [2, 1, 4]]).notes
        == ["slices through the mean of the data, as no energy is the lowest: (1, 1, 3)"])
  }

  @Test func ofMoreCoordinatesTheFirstAreDrawn() throws {
    let plot = try plot("energy f(x : vector[9]) = sumsq(x)")
    guard case .slices(_, let curves, let fields) = plot.content else {
      Issue.record("no slices")
      return
    }
    #expect(curves.count == 5 && fields.count == 10)
    #expect(plot.notes.first == "the first 5 of 9 coordinates are drawn")
  }

  /// Several arguments are the axes together, in their order.
  @Test func argumentsAreAxes() throws {
    let plot = try plot("energy f(theta : real, y : real) = theta^2 + 3*y^2", box: [-1...1, -2...2])
    let field = try #require(plot.field)
    #expect(field.horizontal.label == "theta" && field.vertical.label == "y")
    #expect(abs((field.energies.last ?? 0) - 13) < 1e-12)
  }

  @Test func openSizesAreChosen() throws {
    let open = "energy f(x : vector[d]) = sumsq(x)"
    #expect(try plot(open).notes == ["d isn't fixed; drawn with d = 2, choose with --dim d=…"])
    #expect(try plot(open, dims: ["d": 1]).curve != nil)
    #expect(try plot(open, box: [-1...1]).curve != nil)
    #expect(try plot(open, box: [-1...1, 0...1]).field != nil)
    // Where one coordinate is too few, an interval is for both of two.
    let chain = "energy f(x : vector[m + 1]) = sum(i in 1..m: (x[i+1] - x[i])^2)"
    #expect(try plot(chain, box: [-1...1]).field != nil)
  }

  @Test func dataChooseTheAxes() throws {
    let data = (0..<3000).map { [Double($0) / 1000, 5 + Double($0 % 10)] }
    let plot = try plot("energy f(x : vector[d]) = sumsq(x)", data: data)
    let field = try #require(plot.field)
    #expect(field.horizontal.range.contains(0) && field.horizontal.range.contains(2.999))
    #expect(field.vertical.range.lowerBound > 2 && field.vertical.range.upperBound < 17)
    #expect(field.data.count == 2000)
    #expect(plot.notes == ["2000 of 3000 points are drawn"])
  }

  @Test func noPointIsMadeUp() throws {
    let plot = try plot(
      "energy f(x : real) = x^2", data: [[1], [.nan], [2], [.infinity]])
    #expect(plot.curve?.data == [1, 2])
  }

  /// Outside of the domain there is no number, and the density there is none or 0.
  @Test func domainsEndCurves() throws {
    let plot = try plot("energy f(x : real) = x - log(x)", box: [-1...9])
    let curve = try #require(plot.curve)
    #expect(curve.energies[0].isNaN && curve.energies[600].isFinite)
    let total = zip(curve.positions, curve.densities).filter { $0.1.isFinite }.reduce(0.0) { $0 + $1.1 } * 10 / 600
    #expect(abs(total - 1) < 1e-3)
  }

  @Test(arguments: [
    (
      "energy f(s : matrix[3, 3]) = sum(s^2)",
      "E-shape: a plot has numbers and vectors for its axes, and s is a matrix[3, 3]"
    ),
    ("energy f(x : real; a) = a*x^2", "E-unbound: one parameter has no value: f.a : real"),
  ])
  func whatCantBeDrawnIsSaid(_ text: String, _ expected: String) {
    #expect(message { _ = try plot(text) } == expected)
  }

  @Test func axesAreThoseOfTheSample() {
    let found = message { _ = try plot("energy f(x : vector[3]) = sumsq(x)", box: [0...1, 0...1]) }
    #expect(
      found == "E-option: the plot has 2 axes, and a sample of f 3 coordinates: x[1], x[2], x[3]")
  }

  @Test func anOpenEndIsRemarked() throws {
    let plot = try plot("energy f(x : real) = x^2", box: [-1...1])
    #expect(plot.notes == ["the density is normalised over [-1, 1], and hasn't fallen off at its ends"])
  }
}

@Suite struct BoxTests {
  private func range(_ text: String) throws -> ClosedRange<Double> {
    try #require(try plot(text).curve).axis.range
  }

  /// The box holds the points within 5 of the lowest energy, and little more.
  @Test(arguments: [
    ("energy f(x : real) = x^2/2", -3.16, 3.16), ("energy f(x : real) = (x - 500)^2/2", 496.84, 503.16),
    ("energy f(x : real) = 5000*(x - 3)^2", 2.9684, 3.0316), ("energy f(x : real) = (x/300)^2/2", -949.0, 949.0),
    ("energy f(x : real) = (x^2 - 4)^2", -2.498, 2.498),
  ])
  func fitsTheDensity(_ text: String, _ low: Double, _ high: Double) throws {
    let range = try range(text)
    let span = high - low
    #expect(range.lowerBound < low && range.lowerBound > low - 0.75 * span, "\(range)")
    #expect(range.upperBound > high && range.upperBound < high + 0.75 * span, "\(range)")
  }

  @Test(arguments: ["energy f(x : real) = sin(x)", "energy f(x : real) = x^3", "energy f(x : real) = log(x - x)"])
  func withoutEndsItIsFixed(_ text: String) throws {
    #expect(try range(text) == -5...5)
  }

  @Test func marginsStopAtTheDomain() throws {
    #expect(try range("energy f(x : real) = x - log(x)").lowerBound == 0)
    #expect(try range("energy f(x : positive) = x").lowerBound == 0)
    #expect(try range("energy f(x : real) = -x - log(-x)").upperBound == 0)
  }

  @Test func twoCoordinates() throws {
    let field = try #require(
      try plot("energy f(x : vector[2]) = 2*(x[1] - 20)^2 + 0.02*(x[2] + 1)^2").field)
    #expect(field.horizontal.range.contains(18.42) && field.horizontal.range.contains(21.58))
    #expect(field.horizontal.range.upperBound - field.horizontal.range.lowerBound < 8)
    #expect(field.vertical.range.contains(-16.8) && field.vertical.range.contains(14.8))
    #expect(field.vertical.range.upperBound - field.vertical.range.lowerBound < 80)
  }
}
