package io.tpmkeeper.agent.cluster;

import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import org.jspecify.annotations.Nullable;

/** What this node is told of one domain. @param reported what it reported last */
public record Grant(String name, GrantSpec spec, @Nullable Facts reported) {}
