import EnergyIR
import EnergyTransforms
import Testing

@testable import EnergyLowering

/// Higher derivatives are where terms grow large and share much.
@Suite struct DerivativeTests {
  @Test(arguments: Energy.all) func laplacian(energy: Energy) throws {
    let setting = Setting()
    let (root, sample) = energy.build(setting)
    var transforms = Transforms(setting.graph)
    let laplacian = transforms.laplacian(of: root, by: sample)
    #expect(try deviation(setting, [("laplacian", laplacian)]) < 1e-12)
  }

  @Test(arguments: Energy.all) func hessian(energy: Energy) throws {
    let setting = Setting()
    let (root, sample) = energy.build(setting)
    var transforms = Transforms(setting.graph)
    let hessian = transforms.hessian(of: root, by: sample)
    let score = transforms.score(of: root, by: sample)
    #expect(try deviation(setting, [("score", score), ("hessian", hessian)]) < 1e-12)
  }

  @Test(arguments: Energy.all) func hessianVectorProduct(energy: Energy) throws {
    let setting = Setting()
    let (root, sample) = energy.build(setting)
    let vector = setting.sample(setting.graph.shape(sample), "v")
    var transforms = Transforms(setting.graph)
    let product = transforms.hessianVectorProduct(of: root, by: sample, times: vector)
    let options = LoweringOptions(dimensions: setting.dimensions, matrixProductThreshold: 1)
    #expect(try deviation(setting, [("product", product)], options: options) < 1e-12)
  }

  /// Score matching: the gradient of ½‖score‖² by the sample.
  @Test(arguments: Energy.all) func scoreNorm(energy: Energy) throws {
    let setting = Setting()
    let (root, sample) = energy.build(setting)
    var transforms = Transforms(setting.graph)
    let score = transforms.score(of: root, by: sample)
    let norm = setting.graph.scale(0.5, setting.graph.dot(score, score))
    let gradient = transforms.gradient(of: norm, by: sample)
    #expect(try deviation(setting, [("norm", norm), ("gradient", gradient)]) < 1e-12)
  }
}
