package org.dxos.dmg.record;

import java.util.Optional;
import org.dxos.dmg.version.Version;

/**
 * What a module provides of an API.
 *
 * @param version of the API
 * @param interfaceFile its interface as a file
 */
public record Provided(Version version, Optional<FileRef> interfaceFile) {}
