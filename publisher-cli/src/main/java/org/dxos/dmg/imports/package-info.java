/**
 * The packages of another registry, Debian, as signed releases: a large and real graph to try a
 * registry with.
 *
 * <p>{@link org.dxos.dmg.imports.DebianPackages} reads a list, {@link
 * org.dxos.dmg.imports.DebianImport} publishes it.
 *
 * <p>Format: Debian's own {@code Packages}, or JSON lines with the same facts. Package {@code p}
 * becomes {@code org.debian/module/p} at version 1.0.0, a virtual package {@code v} what its
 * providers provide as {@code org.debian/api/v}; names that no DXN can have are spelled anew. Each
 * clause of {@code Pre-Depends} and {@code Depends} is decided here by dpkg's rules, once for the
 * list, and becomes a dependency with range {@code *} on the package that answers it. What Debian
 * wrote stands under {@code ext}: {@code debian} has {@code package}, {@code version}, {@code
 * architecture}, {@code section}, {@code size}, {@code sha256}, {@code source}, {@code multiArch},
 * and the relations {@code provides}, {@code depends} (the first {@code preDepends} of which are
 * pre-dependencies), {@code recommends}, {@code conflicts}, {@code breaks}, each a list of texts in
 * Debian's own syntax; {@code unresolved} repeats the clauses that nothing answers.
 *
 * <p>Limits: a million packages, 2 GiB of text, lines and fields of 1 MiB; packages that exclude
 * each other are looked at for pairs only, see {@code Candidates}.
 *
 * <p>So this paragraph
 *
 * <pre>
 *   Package: g++
 *   Version: 4:12.2.0-3
 *   Architecture: amd64
 *   Provides: c++-compiler
 *   Depends: cpp (= 4:12.2.0-3), g++-12 (&gt;= 12.2.0-1~) | clang
 * </pre>
 *
 * <p>becomes {@code org.debian/module/g@1.0.0}, which provides {@code org.debian/api/c-compiler}
 * and depends on {@code org.debian/module/cpp} and {@code org.debian/module/g-12}.
 *
 * @see <a href="https://www.debian.org/doc/debian-policy/ch-relationships.html">relationships</a>
 * @see <a
 *     href="https://wiki.debian.org/DebianRepository/Format#A.22Packages.22_Indices">Packages</a>
 */
@NullMarked
package org.dxos.dmg.imports;

import org.jspecify.annotations.NullMarked;
