#!/bin/bash
#SBATCH --job-name=gradtwin-check
#SBATCH --array=1-8
#SBATCH --cpus-per-task=2
#SBATCH --output=%x-%A_%a.log
#
# A gradient check in eight parts, and the job that joins them:
#
#	parts=$(sbatch --parsable slurm.sh --layers 784,2000,2000,10)
#	sbatch --dependency=afterany:$parts --wrap 'gradtwin merge parts'
#
# All nodes need gradtwin, the data and the folder. Arguments go to the check.
set -euo pipefail
export GOMAXPROCS=${SLURM_CPUS_PER_TASK:-1}
# Nodes of several kinds: results agree to the bit only with the same code.
#export GODEBUG=cpu.avx512f=off
exec gradtwin check --shard auto --out parts --progress plain "$@"
