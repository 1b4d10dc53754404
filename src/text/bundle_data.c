// bundle_data.c - the bundle's bytes, put into the program by the assembler.
// The Makefile says where they are: BUNDLE, without .tar and .sha256. The names are
// global, as arm64's linker loses where a local one lies in its section.
#include "text/bundle.h"

__asm__(".section .rodata\n"
	".globl bundle_size, bundle_tar, bundle_sha256\n"
	".balign 8\n"
	"bundle_size: .quad bundle_sha256 - bundle_tar\n"
	"bundle_tar: .incbin \"" BUNDLE ".tar\"\n"
	"bundle_sha256: .incbin \"" BUNDLE ".sha256\"\n"
	".text\n");

extern const int64_t bundle_size;
extern const char bundle_tar[], bundle_sha256[64];

Str bundle_bytes(void)
{
	return (Str){bundle_tar, bundle_size};
}

Str bundle_digest(void)
{
	return (Str){bundle_sha256, sizeof(bundle_sha256)};
}
