package io.pepper.monitor.internal.agent;

import io.pepper.monitor.internal.machine.GroupLimits;
import io.pepper.monitor.internal.machine.Machine;

/** The limits that control groups (version 1 or 2) set to the agent's process, and so to other parts of its container. */
final class GroupPart implements NodePart {
    private final Machine machine;

    GroupPart(Machine machine) {
        this.machine = machine;
    }

    @Override
    public void read(Families families) {
        GroupLimits limits = machine.limits();
        families.gauge(
                "pepper_cgroup_cpu_quota_cores",
                "Tightest quota of processor time of the agent's control groups, in cores.",
                limits.quotaCores());
        families.counter(
                "pepper_cgroup_cpu_usage_seconds_total",
                "Processor time that the group with the tightest quota has used, in seconds.",
                limits.usedSeconds());
        families.counter(
                "pepper_cgroup_cpu_periods_total",
                "Number of periods in which the tightest quota was enforced.",
                limits.periods());
        families.counter(
                "pepper_cgroup_cpu_throttled_periods_total",
                "Number of periods in which the group was stopped because its quota was spent.",
                limits.throttledPeriods());
        families.gauge(
                "pepper_cgroup_memory_limit_bytes",
                "Tightest limit of memory of the agent's control groups, in bytes.",
                limits.memoryLimitBytes());
        families.gauge(
                "pepper_cgroup_memory_left_bytes",
                "Memory that is left below the limits of the agent's control groups, in bytes.",
                limits.memoryLeftBytes());
    }
}
