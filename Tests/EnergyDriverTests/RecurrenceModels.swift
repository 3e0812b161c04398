import Testing

@testable import EnergyDriver

/// Models with a recurrence, as text and as plain loops.
struct RecurrenceModel: CustomTestStringConvertible, Sendable {
  let name: String
  let text: String
  let reference: any PlainFunction
  /// How far samples lie from 0.
  var scale = 1.0
  var testDescription: String { name }
}

private let returns = [0.5, -1.0, 0.3, 2.0, -0.2, 0.7, -0.4]
private let rain: [[Double]] = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.3, 0.3, 0.4]]

extension RecurrenceTests {
  static let models: [RecurrenceModel] = [
    RecurrenceModel(
      name: "GARCH(1,1)",
      text: """
        data y : vector[7] = [0.5, -1, 0.3, 2, -0.2, 0.7, -0.4]
        energy f(x : vector[3]) = 0.5*sum(t in 1..7: log(h[t]) + y[t]^2/h[t]) + 0.5*sumsq(x)
          where w = exp(x[1]), a = exp(x[2]), b = exp(x[3]), h = scan(t in 2..7, h = w: w + a*y[t-1]^2 + b*h)
        """, reference: Garch()),
    RecurrenceModel(
      name: "latent autoregression",
      text: """
        data y : vector[7] = [0.5, -1, 0.3, 2, -0.2, 0.7, -0.4]
        energy f(x : vector[7]) = 0.5*sumsq(x) + sum(t in 1..7: exp(h[t+1]) - y[t]*h[t+1])
          where h = scan(t in 1..7, h = 0: 0.9*h + 0.3*x[t])
        """, reference: LatentAutoregression()),
    RecurrenceModel(
      name: "stochastic volatility",
      text: """
        data y : vector[7] = [0.5, -1, 0.3, 2, -0.2, 0.7, -0.4]
        energy f(mu : real, phi : real, e : vector[7]) = 0.5*sumsq(e) + mu^2 + phi^2
            + 0.5*sum(h[2..8] + y^2*exp(-h[2..8]))
          where h = scan(t in 1..7, h = mu: mu + tanh(phi)*(h - mu) + 0.4*e[t])
        """, reference: StochasticVolatility()),
    RecurrenceModel(
      name: "epidemic",
      text: """
        data y : vector[7] = [0.5, -1, 0.3, 2, -0.2, 0.7, -0.4]
        energy f(x : vector[2]) = 0.5*sumsq(x) + 0.05*sum(t in 1..7: (s[t+1, 2] - y[t])^2)
          where b = exp(x[1]), g = exp(x[2] - 1),
            s = scan(t in 1..7, S = 9, I = 1: [S - 0.1*b*S*I/10, I + 0.1*b*S*I/10 - 0.1*g*I])
        """, reference: Epidemic()),
    RecurrenceModel(
      name: "hidden Markov forward algorithm",
      text: """
        param P : matrix[3, 3] = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.3, 0.3, 0.4]]
        data y : vector[7] = [0.5, -1, 0.3, 2, -0.2, 0.7, -0.4]
        energy f(x : vector[3]) = 0.5*sumsq(x) - logsumexp(last)
          where e(t, k) = -0.5*(y[t] - x[k])^2,
            last = fold(t in 2..7, a = [e(1, k) for k in 1..3]:
              [e(t, k) + logsumexp(i in 1..3: a[i] + log(P[i, k])) for k in 1..3])
        """, reference: HiddenMarkov()),
    // Counting down, with a guard, and with a recurrence over a dependent range in each step.
    RecurrenceModel(
      name: "nested",
      text: """
        energy f(x : vector[5]) = fold(t in 5..1 by -1, s = x[1]*x[2]: (if t > 2 then tanh(s) else s) + x[t]*inner(t, s))
          where inner(t, s) = fold(k in 1..t, z = s: 0.5*z + 0.1*x[k]*z^2)
        """, reference: Nested(), scale: 0.5),
    RecurrenceModel(
      name: "matrices",
      text: """
        energy f(x : vector[4]) = sum(fold(t in 1..4, A = [[1, x[1]], [x[2], 1]]: x[t]*A A + eye(2)))
        """, reference: Matrices(), scale: 0.3),
  ]

  struct Garch: PlainFunction {
    func callAsFunction<N: Arithmetic>(_ x: [N]) -> N {
      let (w, a, b) = (N.exp(x[0]), N.exp(x[1]), N.exp(x[2]))
      var h = w
      var total = (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]) * N(0.5)
      for (t, y) in returns.enumerated() {
        if t > 0 { h = w + a * N(returns[t - 1] * returns[t - 1]) + b * h }
        total = total + N(0.5) * (N.log(h) + N(y * y) / h)
      }
      return total
    }
  }

  struct LatentAutoregression: PlainFunction {
    func callAsFunction<N: Arithmetic>(_ x: [N]) -> N {
      var (h, total) = (N(0), N(0))
      for (t, y) in returns.enumerated() {
        h = N(0.9) * h + N(0.3) * x[t]
        total = total + N(0.5) * x[t] * x[t] + N.exp(h) - N(y) * h
      }
      return total
    }
  }

  struct StochasticVolatility: PlainFunction {
    func callAsFunction<N: Arithmetic>(_ x: [N]) -> N {
      let (mu, phi) = (x[0], N.tanh(x[1]))
      var h = mu
      var total = mu * mu + x[1] * x[1]
      for (t, y) in returns.enumerated() {
        let e = x[t + 2]
        h = mu + phi * (h - mu) + N(0.4) * e
        total = total + N(0.5) * (e * e + h + N(y * y) * N.exp(N(0) - h))
      }
      return total
    }
  }

  struct Epidemic: PlainFunction {
    func callAsFunction<N: Arithmetic>(_ x: [N]) -> N {
      let (b, g) = (N.exp(x[0]), N.exp(x[1] - N(1)))
      var (susceptible, infected) = (N(9), N(1))
      var total = N(0.5) * (x[0] * x[0] + x[1] * x[1])
      for y in returns {
        let new = N(0.1) * b * susceptible * infected / N(10)
        (susceptible, infected) = (susceptible - new, infected + new - N(0.1) * g * infected)
        total = total + N(0.05) * (infected - N(y)) * (infected - N(y))
      }
      return total
    }
  }

  /// By products of probabilities, not of their logarithms.
  struct HiddenMarkov: PlainFunction {
    func callAsFunction<N: Arithmetic>(_ x: [N]) -> N {
      func emission(_ y: Double, _ k: Int) -> N { N.exp(N(-0.5) * (N(y) - x[k]) * (N(y) - x[k])) }
      var forward = (0..<3).map { emission(returns[0], $0) }
      for y in returns.dropFirst() {
        forward = (0..<3).map { k in
          emission(y, k) * (forward[0] * N(rain[0][k]) + forward[1] * N(rain[1][k]) + forward[2] * N(rain[2][k]))
        }
      }
      let norm = N(0.5) * (x[0] * x[0] + x[1] * x[1] + x[2] * x[2])
      return norm - N.log(forward[0] + forward[1] + forward[2])
    }
  }

  struct Nested: PlainFunction {
    func callAsFunction<N: Arithmetic>(_ x: [N]) -> N {
      var s = x[0] * x[1]
      for t in (1...5).reversed() {
        var z = s
        for k in 1...t { z = N(0.5) * z + N(0.1) * x[k - 1] * z * z }
        s = (t > 2 ? N.tanh(s) : s) + x[t - 1] * z
      }
      return s
    }
  }

  struct Matrices: PlainFunction {
    func callAsFunction<N: Arithmetic>(_ x: [N]) -> N {
      var a = [N(1), x[0], x[1], N(1)]
      for t in 0..<4 {
        let square = [
          a[0] * a[0] + a[1] * a[2], a[0] * a[1] + a[1] * a[3], a[2] * a[0] + a[3] * a[2], a[2] * a[1] + a[3] * a[3],
        ]
        a = [x[t] * square[0] + N(1), x[t] * square[1], x[t] * square[2], x[t] * square[3] + N(1)]
      }
      return a[0] + a[1] + a[2] + a[3]
    }
  }
}
