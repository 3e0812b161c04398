" Vim syntax file of the energy language, made from the tables of the program: make golden
" grammar/README.md says how to install it.
if exists("b:current_syntax")
  finish
endif
syn case match
syn sync minlines=50

" What stands further down wins where two match.
syn match energyOperator "[-+*/@^=<>·⋅∙×⨯−≤⩽≥⩾≠∇‖]\|\.\.\|!="
syn match energyOperator "\^\s*T\>\|[ᵀ⊤']"
syn match energyNumber "\<\d[0-9_]*\%(\.\d[0-9_]*\)\=\%([eE][+-]\=\d[0-9_]*\)\=\|\.\d[0-9_]*\%([eE][+-]\=\d[0-9_]*\)\="
syn match energyNumber "⁻\=[⁰¹²³⁴⁵⁶⁷⁸⁹]\+"
syn match energyFunction "\<\%(Phi\|abs\|acos\|acosh\|all\|any\|arccos\|arccosh\|arcsin\|arcsinh\|arctan\|arctanh\|argsort\|asin\|asinh\|atan\|atan2\|atanh\|avg_pool2d\|bessel_i\|bessel_i0\|bessel_i1\|bessel_ratio\|cbrt\|ceil\|cholesky\|clamp\|clip\|col\|concat\|conv1d\|conv2d\|cos\|cosh\|cot\|cov\|cross\|csc\|cube\|cumprod\|cumsum\|det\|diag\|digamma\|div\|dot\|einsum\|elu\|erf\|erfc\|erfinv\|exp\|exp2\|expit\|expm1\|eye\|flatten\|flip\|floor\|fold\|frac\|full\|gammaln\|gelu\|grad\|heaviside\|hessian\|hvp\|hypot\|inner\|inv\|inverse_mills\|is_spd\|kron\|kronecker\|laplacian\|lbeta\|lchoose\|leaky_relu\|lgamma\|linspace\|ln\|load\|log\|log10\|log1mexp\|log1p\|log2\|log_i0\|log_normcdf\|log_softmax\|logaddexp\|logdet\|logdiffexp\|loggamma\|logistic\|logit\|logsumexp\|max\|mean\|min\|mish\|mod\|norm\|norm1\|normalize\|normcdf\|ones\|outer\|polygamma\|pow\|probit\|prod\|psi\|random\|recip\|relu\|repeat\|reshape\|reverse\|roll\|round\|row\|scan\|score\|sec\|select\|sgn\|sigmoid\|sign\|silu\|sin\|sinh\|size\|softmax\|softplus\|solve\|sort\|sqrt\|square\|stack\|step\|sum\|sumsq\|swish\|tan\|tanh\|tr\|trace\|transpose\|trigamma\|tril\|unconstrained\|var\|wrap\|xlogy\|zeros\)\ze\s*("
syn match energyType ":\s*\zs\%(interval\>\|\%(bool\|diagonal\|energy\|int\|integer\|interval\|lower\|matrix\|mlp\|ordered\|positive\|real\|row\|simplex\|spd\|symmetric\|tensor\|unit_vector\|vector\)\>\%(\s*(\)\@!\)"
syn match energyDefinition "\%(\<\%(energy\|fn\)\s\+\)\@<=\k\+"
syn keyword energyStatement check data dim emit energy fn import let param plot print save
syn keyword energyLogical and not or
syn keyword energyKeyword as by else end for from if in over then to where with
syn keyword energyConstant false inf nan pi true
syn match energyEscape "\\[\"\\nt]" contained
syn region energyString start=+"+ skip=+\\.+ end=+"+ oneline contains=energyEscape
syn match energyComment "#.*$" contains=@Spell

hi def link energyOperator Operator
hi def link energyNumber Number
hi def link energyFunction Function
hi def link energyType Type
hi def link energyDefinition Identifier
hi def link energyStatement Statement
hi def link energyLogical Operator
hi def link energyKeyword Keyword
hi def link energyConstant Constant
hi def link energyEscape SpecialChar
hi def link energyString String
hi def link energyComment Comment

let b:current_syntax = "energy"
