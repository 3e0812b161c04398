import Testing

@testable import EnergyIR

@Suite struct IndexExpressionTests {
  let d = Size(Dimension("d"))
  var i: Variable { Variable(id: 1, extent: d) }
  var j: Variable { Variable(id: 2, extent: d) }

  @Test func equalVariablesAreCollected() {
    #expect(IndexExpression([(i, 1), (j, 2), (i, -1)]) == IndexExpression([(j, 2)]))
    #expect(IndexExpression([(i, 1)]).variable == i)
    #expect(IndexExpression([(i, 1)], offset: 1).variable == nil)
  }

  @Test func theBoxGivesTheLeastAndTheGreatestValue() {
    let difference = IndexExpression([(i, 1), (j, -1)], offset: 2)
    #expect(difference.minimum == Size(3) - d)
    #expect(difference.maximum == d + 1)
  }

  @Test func anIdleModulusIsDropped() {
    #expect(IndexExpression(i).modulo(d) == IndexExpression(i))
    #expect(IndexExpression([(i, 1)], offset: 1).modulo(d)?.modulus == d)
    #expect(IndexExpression(Size(-1)).modulo(5) == IndexExpression(Size(4)))
    #expect(IndexExpression(Size(-1)).modulo(d) == IndexExpression(d - 1))
    #expect(IndexExpression(d).modulo(d) == IndexExpression(Size(0)))
  }

  @Test func aModulusInsideAnotherExpressionIsRefused() {
    let next = IndexExpression([(i, 1)], offset: 1, modulus: d)
    #expect(IndexExpression([(j, 1)], offset: 1).substituting([j: next]) == nil)
    #expect(IndexExpression(j).substituting([j: next]) == next)
    let twice = IndexExpression([(j, 1)], offset: 1, modulus: d).substituting([j: next])
    #expect(twice == IndexExpression([(i, 1)], offset: 2, modulus: d))
  }
}

@Suite struct GuardTests {
  let d = Size(Dimension("d"))
  var i: Variable { Variable(id: 1, extent: d) }
  var j: Variable { Variable(id: 2, extent: d) }

  @Test func whatTheBoxDecidesIsDropped() {
    #expect(Guard([condition([(i, 1)], 0, .atLeastZero)]).isAlways)
    #expect(Guard([condition([(i, -1)], -1, .atLeastZero)]).isImpossible)
    #expect(Guard([condition([(i, 1)], 1, .differsFromZero)]).isAlways)
    #expect(Guard([condition([(i, -1)], -1, .equalsZero)]).isImpossible)
    #expect(!Guard([condition([(i, 1), (j, -1)], 0, .equalsZero)]).isAlways)
  }

  @Test func anEquationAndItsNegationContradict() {
    let equal = condition([(i, 1), (j, -1)], 0, .equalsZero)
    let unequal = condition([(j, 1), (i, -1)], 0, .differsFromZero)
    #expect(Guard([equal, unequal]).isImpossible)
    #expect(Guard([equal]).and(Guard([unequal])).isImpossible)
  }

  @Test func theSignOfAnEquationDoesNotMatter() {
    #expect(condition([(i, 1), (j, -1)], 1, .equalsZero) == condition([(i, -1), (j, 1)], -1, .equalsZero))
    #expect(condition([(i, 1), (j, -1)], 1, .atLeastZero) != condition([(i, -1), (j, 1)], -1, .atLeastZero))
  }

  @Test func setsOfConditions() {
    let low = condition([(i, 1)], -1, .atLeastZero)
    let high = condition([(i, -1)], d - 2, .atLeastZero)
    let both = Guard([high, low])
    #expect(both == Guard([low, high, low]))
    #expect(both.common(with: Guard([low])) == Guard([low]))
    #expect(both.removing(Guard([low])) == Guard([high]))
  }

  @Test func theImpossibleStaysImpossibleUnderRenamingAndSubstitution() {
    let never = Guard([condition([(i, -1)], -1, .atLeastZero)])
    #expect(never.renaming([i: j]).isImpossible)
    #expect(never.substituting([i: IndexExpression(j)])?.isImpossible == true)
  }
}
