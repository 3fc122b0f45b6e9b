package io.mocov3.model.device;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Before the first test of each of the build's processes, as before any command. */
public final class NativesFirst implements LauncherSessionListener {
  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Natives.load();
  }
}
