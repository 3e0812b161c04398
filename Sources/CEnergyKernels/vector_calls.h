#pragma once
// Calls of functions on vectors of 32 or 64 bytes, from code whose compiler flags don't name that instruction set.
//
// A function attribute lets the compiler *use* AVX in one function, but how it passes vectors to another follows the
// flags of the whole file: on the stack. SLEEF expects registers. So vectors go through memory here, and a few
// lines of assembler put them into registers (System V ABI: arguments in registers 0 and 1, the result in 0; a pair
// of vectors comes back where rdi points).

#define EK_CALL_JOIN2(a, b, c) a##b##_##c
#define EK_CALL_JOIN(a, b, c) EK_CALL_JOIN2(a, b, c)
#define EK_CALL(kind) EK_CALL_JOIN(ek_call_, kind, LEVEL)
#define EK_CALL_TEXT2(name) #name
#define EK_CALL_TEXT(name) EK_CALL_TEXT2(name)

#define EK_CALL_BEGIN(kind)                                        \
  ".text\n.p2align 4\n.local " EK_CALL_TEXT(EK_CALL(kind)) "\n"   \
  ".type " EK_CALL_TEXT(EK_CALL(kind)) ", @function\n"            \
  EK_CALL_TEXT(EK_CALL(kind)) ":\n.cfi_startproc\n"               \
  "pushq %rbx\n.cfi_def_cfa_offset 16\n.cfi_offset %rbx, -16\n"
#define EK_CALL_END(kind)                                          \
  "popq %rbx\n.cfi_def_cfa_offset 8\nretq\n.cfi_endproc\n"        \
  ".size " EK_CALL_TEXT(EK_CALL(kind)) ", .-" EK_CALL_TEXT(EK_CALL(kind)) "\n"

// *x = f(*x)
void EK_CALL(1)(void (*f)(void), void *x);
__asm__(EK_CALL_BEGIN(1)
        "movq %rsi, %rbx\n"
        "vmovups (%rbx), %" VECTOR_REGISTER "0\n"
        "callq *%rdi\n"
        "vmovups %" VECTOR_REGISTER "0, (%rbx)\n"
        EK_CALL_END(1));

// *x = f(*x, *y)
void EK_CALL(2)(void (*f)(void), void *x, const void *y);
__asm__(EK_CALL_BEGIN(2)
        "movq %rsi, %rbx\n"
        "vmovups (%rbx), %" VECTOR_REGISTER "0\n"
        "vmovups (%rdx), %" VECTOR_REGISTER "1\n"
        "callq *%rdi\n"
        "vmovups %" VECTOR_REGISTER "0, (%rbx)\n"
        EK_CALL_END(2));

// *pair = f(*x)
void EK_CALL(pair)(void (*f)(void), void *pair, const void *x);
__asm__(EK_CALL_BEGIN(pair)
        "movq %rdi, %rax\n"
        "movq %rsi, %rdi\n"
        "vmovups (%rdx), %" VECTOR_REGISTER "0\n"
        "callq *%rax\n"
        EK_CALL_END(pair));
