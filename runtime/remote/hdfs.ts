/** How to reach a Hadoop file system over WebHDFS. */
export interface HdfsOptions {
  /** Scheme, host and port of the namenode's web address; several for high availability. */
  readonly namenodes: readonly string[];
  /** `user.name` of simple authentication; null = the server's default. */
  readonly user: string | null;
}
