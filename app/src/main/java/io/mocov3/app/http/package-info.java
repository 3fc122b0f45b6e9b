/** What the daemon serves: metrics, health, status. */
package io.mocov3.app.http;
